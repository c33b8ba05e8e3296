//! The net effect of all changes of an outage: two changes that undo each other need no action.

use std::collections::{BTreeMap, BTreeSet};

use crate::outages::changes::{Change, Kind};
use crate::outages::ids::is_root;
use crate::outages::meaning::policy_class;
use crate::outages::names::{Names, PolicyClass, is_control_type};

/// From this number of accounts on, one re-registration of their OU is shorter than updating each.
const ACCOUNTS_OF_AN_OU: usize = 2;

/// The repair of an OU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OuNeed {
    /// It is new.
    Register,
    /// It is or may be registered.
    Reregister,
}

/// The repair of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountNeed {
    /// It is new.
    Enroll,
    /// It is in another OU, or its policies changed.
    Update,
    /// It was moved out of all OUs.
    LeaveRoot,
}

/// The repairs that are left.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct NetEffect {
    /// The OUs to register or re-register.
    pub ous: BTreeMap<String, OuNeed>,
    /// The accounts to enroll or update, without those that an OU in the list covers.
    pub accounts: BTreeMap<String, AccountNeed>,
    /// The closed accounts and those that left.
    pub gone_accounts: Vec<String>,
    /// The deleted OUs.
    pub deleted_ous: Vec<String>,
    /// The policies of controls that were changed and still exist.
    pub changed_policies: BTreeSet<String>,
    /// The policies of controls that were deleted.
    pub deleted_policies: BTreeSet<String>,
    /// The types of controls that are disabled, with their root.
    pub disabled_policy_types: BTreeMap<String, String>,
}

/// The changes of one account.
#[derive(Default)]
struct AccountHistory<'a> {
    is_new: bool,
    is_gone: bool,
    first_parent: Option<&'a str>,
    last_parent: Option<&'a str>,
    has_policy_change: bool,
}

impl NetEffect {
    /// Returns what is left of these changes, which are in order.
    pub fn of(changes: &[Change], names: &Names) -> Self {
        let relevant: Vec<&Change> = changes
            .iter()
            .filter(|change| !change.by_control_tower)
            .collect();
        let mut effect = Self::default();
        effect.apply_ous(&relevant);
        effect.apply_policies(&relevant, names);
        let attachments = attachments(&relevant, names);
        let is_deletion = |change: &&&Change| change.kind == Kind::OuDeleted;
        let deleted = relevant.iter().filter(is_deletion);
        let deleted: BTreeSet<&str> = deleted.filter_map(|change| change.ou.as_deref()).collect();
        for change in &attachments {
            // The reset of the landing zone covers the root.
            let ou = change.ou.as_deref().filter(|ou| !is_root(ou));
            if let Some(ou) = ou.filter(|ou| !deleted.contains(ou)) {
                effect
                    .ous
                    .entry(ou.to_owned())
                    .or_insert(OuNeed::Reregister);
            }
        }
        effect.apply_accounts(&relevant, &attachments, names);
        effect
    }

    fn apply_ous(&mut self, changes: &[&Change]) {
        for change in changes {
            let Some(ou) = change.ou.clone() else {
                continue;
            };
            match change.kind {
                Kind::OuCreated => {
                    self.ous.insert(ou, OuNeed::Register);
                }
                Kind::OuRenamed => {
                    self.ous.entry(ou).or_insert(OuNeed::Reregister);
                }
                Kind::OuDeleted => {
                    // An OU that was created in the outage was never registered.
                    let is_new = self.ous.remove(&ou) == Some(OuNeed::Register);
                    self.deleted_ous.extend((!is_new).then_some(ou));
                }
                _ => {}
            }
        }
    }

    fn apply_policies(&mut self, changes: &[&Change], names: &Names) {
        for change in changes {
            if let (Some(policy_type), Some(root)) = (&change.policy_type, &change.ou) {
                match change.kind {
                    Kind::PolicyTypeDisabled if is_control_type(policy_type) => {
                        self.disabled_policy_types
                            .insert(policy_type.clone(), root.clone());
                    }
                    Kind::PolicyTypeEnabled => {
                        self.disabled_policy_types.remove(policy_type);
                    }
                    _ => {}
                }
            }
            let Some(policy) = change
                .policy
                .clone()
                .filter(|_| may_be_control(change, names))
            else {
                continue;
            };
            match change.kind {
                Kind::PolicyUpdated => {
                    self.changed_policies.insert(policy);
                }
                Kind::PolicyDeleted => {
                    self.changed_policies.remove(&policy);
                    self.deleted_policies.insert(policy);
                }
                _ => {}
            }
        }
    }

    fn apply_accounts(&mut self, changes: &[&Change], attachments: &[&Change], names: &Names) {
        let mut histories = account_histories(changes);
        for change in attachments {
            if let Some(account) = change.account.as_deref() {
                histories.entry(account).or_default().has_policy_change = true;
            }
        }
        let mut by_ou: BTreeMap<&str, Vec<(&str, AccountNeed)>> = BTreeMap::new();
        for (account, history) in &histories {
            if history.is_gone {
                // An account that was new was never enrolled.
                if !history.is_new {
                    self.gone_accounts.push((*account).to_owned());
                }
                continue;
            }
            let parent = names.parent(account).or(history.last_parent);
            let Some(need) = history.need(parent) else {
                continue;
            };
            match parent.filter(|parent| !is_root(parent)) {
                Some(ou) => by_ou.entry(ou).or_default().push((account, need)),
                None => {
                    self.accounts.insert((*account).to_owned(), need);
                }
            }
        }
        for (ou, accounts) in by_ou {
            if self.ous.contains_key(ou) {
                continue;
            }
            if accounts.len() >= ACCOUNTS_OF_AN_OU {
                self.ous.insert(ou.to_owned(), OuNeed::Reregister);
                continue;
            }
            let single = accounts
                .into_iter()
                .map(|(account, need)| (account.to_owned(), need));
            self.accounts.extend(single);
        }
    }
}

impl AccountHistory<'_> {
    /// Returns what the account needs, if it is in `parent` now.
    fn need(&self, parent: Option<&str>) -> Option<AccountNeed> {
        let was_moved = self.first_parent.is_some() && self.first_parent != parent;
        if self.is_new {
            Some(AccountNeed::Enroll)
        } else if was_moved && parent.is_some_and(is_root) {
            Some(AccountNeed::LeaveRoot)
        } else if was_moved || self.has_policy_change {
            Some(AccountNeed::Update)
        } else {
            None
        }
    }
}

fn account_histories<'a>(changes: &[&'a Change]) -> BTreeMap<&'a str, AccountHistory<'a>> {
    let mut histories: BTreeMap<&str, AccountHistory<'_>> = BTreeMap::new();
    for change in changes {
        let Some(account) = change.account.as_deref() else {
            continue;
        };
        match change.kind {
            Kind::AccountCreated | Kind::AccountJoined => {
                let history = histories.entry(account).or_default();
                history.is_new = true;
                history.is_gone = false;
            }
            Kind::AccountMoved => {
                let history = histories.entry(account).or_default();
                history.first_parent = history.first_parent.or(change.from_parent.as_deref());
                history.last_parent = change.to_parent.as_deref();
            }
            Kind::AccountClosed | Kind::AccountLeft => {
                histories.entry(account).or_default().is_gone = true;
            }
            _ => {}
        }
    }
    histories
}

/// Returns whether a change of this policy can be drift.
fn may_be_control(change: &Change, names: &Names) -> bool {
    !matches!(
        policy_class(change, names),
        PolicyClass::OwnScp | PolicyClass::Other
    )
}

/// Returns the last attachment or detachment of each policy and target, unless it undid the first one.
fn attachments<'a>(changes: &[&'a Change], names: &Names) -> Vec<&'a Change> {
    let mut ends: BTreeMap<_, (&Change, &Change)> = BTreeMap::new();
    let is_attachment =
        |change: &Change| matches!(change.kind, Kind::PolicyAttached | Kind::PolicyDetached);
    for change in changes
        .iter()
        .filter(|change| is_attachment(change) && may_be_control(change, names))
    {
        let key = (&change.policy, &change.account, &change.ou);
        ends.entry(key).or_insert((change, change)).1 = change;
    }
    let lasting = ends
        .into_values()
        .filter(|(first, last)| first.kind == last.kind);
    lasting.map(|(_, last)| last).collect()
}
