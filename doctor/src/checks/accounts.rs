//! Which accounts are to have the role: those that Control Tower has enrolled, page by page, or else
//! every ACTIVE one. Whoever takes them decides how fast the next page comes.

mod active;
mod enrolled;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use tokio::sync::mpsc::Sender;

use crate::aws::Aws;
use crate::finding::{Check, Finding};
use crate::refusal::Refusal;

/// One account of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: String,
    /// Where it stands: the id of its OU or root, or the enabled baseline of its OU, which
    /// [`Listing::units`] names; nothing where the list does not say.
    pub unit: Option<String>,
}

/// Which accounts are asked for.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The Region of the landing zone, where one is known to be.
    pub landing_zone: Option<String>,
    /// The Region for Organizations.
    pub region: String,
    /// The management account, which has no such role.
    pub management: Option<String>,
    /// Only these, unless it is empty.
    pub only: BTreeSet<String>,
}

/// What the list has come to.
#[derive(Debug, Default)]
pub struct Listing {
    /// How many accounts were handed on.
    pub count: usize,
    /// The OU of each enabled baseline.
    pub units: BTreeMap<String, String>,
    /// Whether these are enrolled accounts, and not all.
    pub enrolled: bool,
    /// Whether the management account is known, and so not among them.
    pub without_management: bool,
    /// Whether the list came to its end.
    pub ended: bool,
    /// Every account that was seen, as a number: one has several baselines.
    seen: HashSet<u64>,
    refusals: Vec<Refusal>,
}

/// Hands every account of the list to `sender` and notes in `listing` what it came to.
pub async fn list(aws: &Aws, scope: &Scope, sender: Sender<Account>, listing: &RefCell<Listing>) {
    listing.borrow_mut().without_management = scope.management.is_some();
    let desk = Desk {
        scope,
        sender,
        listing,
    };
    if let Some(region) = &scope.landing_zone {
        listing.borrow_mut().enrolled = true;
        match enrolled::list(&aws.control_tower(region), &desk).await {
            Ok(()) => return,
            // Half a list was used: the other one would ask for the same accounts again.
            Err(refusal) if listing.borrow().count > 0 => return desk.refused(refusal),
            Err(refusal) => desk.refused(refusal),
        }
        listing.borrow_mut().enrolled = false;
    }
    let organizations = aws.organizations(&scope.region);
    if let Err(refusal) = active::list(&organizations, &desk).await {
        desk.refused(refusal);
    }
}

/// Where a list hands in what it finds.
struct Desk<'a> {
    scope: &'a Scope,
    sender: Sender<Account>,
    listing: &'a RefCell<Listing>,
}

impl Desk<'_> {
    /// Hands an account on, once and if it is asked for; `false` where nobody takes any more.
    async fn hand_on(&self, account: Account) -> bool {
        if !self.is_asked_for(&account.id) {
            return true;
        }
        self.listing.borrow_mut().count += 1;
        self.sender.send(account).await.is_ok()
    }

    fn is_asked_for(&self, id: &str) -> bool {
        let is_new = id
            .parse()
            .is_ok_and(|number| self.listing.borrow_mut().seen.insert(number));
        let only = &self.scope.only;
        is_new
            && self.scope.management.as_deref() != Some(id)
            && (only.is_empty() || only.contains(id))
    }

    fn name_unit(&self, baseline: &str, unit: String) {
        let mut listing = self.listing.borrow_mut();
        listing.units.insert(baseline.to_owned(), unit);
    }

    fn ended(&self) {
        self.listing.borrow_mut().ended = true;
    }

    fn refused(&self, refusal: Refusal) {
        self.listing.borrow_mut().refusals.push(refusal);
    }
}

impl Listing {
    /// What there is to tell of the list.
    pub fn finding(&self, scope: &Scope) -> Finding {
        let (kind, how) = if self.enrolled {
            ("enrolled", "ListEnabledBaselines")
        } else {
            ("ACTIVE", "ListAccounts")
        };
        let management = if self.without_management {
            "the management account, which has no such role, is left out"
        } else {
            "the management account is not known and may be among them; it has no such role"
        };
        let count = self.count;
        let mut finding = Finding::new(
            Check::Accounts,
            format!("{count} {kind} accounts, by {how}; {management}"),
        )
        .fact("count", count.to_string())
        .fact("source", how);
        if self.ended && count == 0 {
            finding = finding.not_checked(
                "The list holds no account that is to be asked, so no role was asked for.",
                "See that the landing zone is the right one (--landing-zone-region) and that --accounts names member \
                 accounts, or leave the roles out (--no-roles).",
            );
        }
        if !self.enrolled {
            finding = finding.remark(
                "No landing zone is known, so every ACTIVE account is on the list: one that Control Tower never enrolled \
                 needs no role.",
            );
        }
        for refusal in &self.refusals {
            finding = finding.not_checked(format!("{}.", refusal.said), &refusal.remedy);
        }
        if self.ended {
            for missing in scope.only.iter().filter(|id| !self.has_seen(id)) {
                finding = finding.problem(
                    format!("Account {missing} is not on the list of {kind} accounts."),
                    "Enroll it in AWS Control Tower, or correct --accounts.",
                );
            }
        }
        finding
    }

    /// Whether each account on it is to have the role.
    pub fn all_need_the_role(&self) -> bool {
        self.enrolled && self.without_management
    }

    /// What there is to tell of a list that has not come to its end; `None` where it holds nothing yet.
    pub fn unfinished(&self) -> Option<Finding> {
        let count = self.count;
        let finding = Finding::new(Check::Accounts, format!("{count} accounts by now"));
        let finding = finding.fact("count", count.to_string()).not_checked(
            "The doctor was stopped before the list had come to its end.",
            "Run the doctor again.",
        );
        (count > 0).then_some(finding)
    }

    fn has_seen(&self, id: &str) -> bool {
        id.parse().is_ok_and(|number| self.seen.contains(&number))
    }
}
