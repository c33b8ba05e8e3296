//! The names of accounts, OUs and policies, and the OU of an account, as far as Organizations gives them.

use std::collections::BTreeMap;

use super::changes::Change;
use super::ids::{is_parent, is_root};

/// The start of the name of every SCP of Control Tower.
///
/// <https://repost.aws/knowledge-center/control-tower-landing-zone-drift>
const CONTROL_TOWER_POLICY: &str = "aws-guardrails-";

/// The names by ID. What is missing keeps its ID.
#[derive(Debug, Default)]
pub struct Names {
    by_id: BTreeMap<String, String>,
    policy_types: BTreeMap<String, String>,
    parents: BTreeMap<String, String>,
}

/// Whose policy it is, and whether its type is one of controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyClass {
    /// An SCP of Control Tower.
    ControlTower,
    /// Another SCP.
    OwnScp,
    /// Another type with which Control Tower implements controls. Its policies have no documented name.
    ControlType,
    /// A type that Control Tower does not use.
    Other,
    /// Organizations gives no type, for example because the policy is deleted.
    Unknown,
}

impl Names {
    /// Adds a name.
    pub fn add(&mut self, id: &str, name: &str) {
        self.by_id.insert(id.to_owned(), name.to_owned());
    }

    /// Adds the type of a policy.
    pub fn add_policy_type(&mut self, id: &str, policy_type: &str) {
        self.policy_types
            .insert(id.to_owned(), policy_type.to_owned());
    }

    /// Adds the OU or root that contains an account now.
    pub fn add_parent(&mut self, account: &str, parent: &str) {
        // The ID may get into a command.
        if is_parent(parent) {
            self.parents.insert(account.to_owned(), parent.to_owned());
        }
    }

    /// Adds what the records say of OUs and policies that Organizations no longer has. A later record wins.
    pub fn add_from_records(&mut self, changes: &[Change]) {
        let mut recorded = Self::default();
        for change in changes {
            let id = change.policy.as_ref().or(change.ou.as_ref());
            if let (Some(id), Some(name)) = (id, &change.name) {
                recorded.add(id, name);
            }
            if let (Some(id), Some(policy_type)) = (&change.policy, &change.policy_type) {
                recorded.add_policy_type(id, policy_type);
            }
        }
        recorded.by_id.append(&mut self.by_id);
        recorded.policy_types.append(&mut self.policy_types);
        self.by_id = recorded.by_id;
        self.policy_types = recorded.policy_types;
    }

    /// Returns the name with the ID in parentheses, or the ID alone.
    pub fn describe(&self, id: &str) -> String {
        match self.by_id.get(id) {
            Some(name) => format!("{name} ({id})"),
            None if is_root(id) => format!("Root ({id})"),
            None => id.to_owned(),
        }
    }

    /// Returns the OU or root that contains an account now, if it is known.
    pub fn parent(&self, account: &str) -> Option<&str> {
        self.parents.get(account).map(String::as_str)
    }

    /// Returns the OUs that contain an account now and have no name yet.
    pub fn unnamed_parents(&self) -> Vec<String> {
        let parents = self.parents.values();
        let unnamed = parents.filter(|id| !self.by_id.contains_key(*id));
        unnamed.cloned().collect()
    }

    /// Returns the type of a policy, if it is known.
    pub fn policy_type(&self, policy: &str) -> Option<&str> {
        self.policy_types.get(policy).map(String::as_str)
    }

    /// Returns the class of a policy.
    pub fn policy_class(&self, policy: &str) -> PolicyClass {
        let name = self.by_id.get(policy);
        match (self.policy_type(policy), name) {
            (Some("SERVICE_CONTROL_POLICY"), Some(name)) => {
                if name.starts_with(CONTROL_TOWER_POLICY) {
                    PolicyClass::ControlTower
                } else {
                    PolicyClass::OwnScp
                }
            }
            (None | Some("SERVICE_CONTROL_POLICY"), _) => PolicyClass::Unknown,
            (Some(policy_type), _) if is_control_type(policy_type) => PolicyClass::ControlType,
            (Some(_), _) => PolicyClass::Other,
        }
    }
}

/// Returns whether Control Tower implements controls with policies of this type.
///
/// <https://docs.aws.amazon.com/controltower/latest/controlreference/control-behavior.html>
pub fn is_control_type(policy_type: &str) -> bool {
    matches!(
        policy_type,
        "SERVICE_CONTROL_POLICY" | "RESOURCE_CONTROL_POLICY" | "DECLARATIVE_POLICY_EC2"
    )
}

/// Returns the type in words: `service control policy`.
pub fn describe_policy_type(policy_type: &str) -> String {
    match policy_type {
        "SERVICE_CONTROL_POLICY" => "service control policy".to_owned(),
        "RESOURCE_CONTROL_POLICY" => "resource control policy".to_owned(),
        other => other.to_lowercase().replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_without_a_name_stays_and_a_root_needs_none() {
        let mut names = Names::default();
        names.add("ou-abcd-sandbox1", "Sandbox");
        assert_eq!(
            names.describe("ou-abcd-sandbox1"),
            "Sandbox (ou-abcd-sandbox1)"
        );
        assert_eq!(names.describe("ou-abcd-deleted1"), "ou-abcd-deleted1");
        assert_eq!(names.describe("r-abcd"), "Root (r-abcd)");
    }

    #[test]
    fn only_an_scp_with_control_towers_name_is_control_towers() {
        for (policy_type, name, class) in [
            (
                Some("SERVICE_CONTROL_POLICY"),
                Some("aws-guardrails-Abc"),
                PolicyClass::ControlTower,
            ),
            (
                Some("SERVICE_CONTROL_POLICY"),
                Some("my-aws-guardrails-"),
                PolicyClass::OwnScp,
            ),
            (Some("SERVICE_CONTROL_POLICY"), None, PolicyClass::Unknown),
            (
                Some("RESOURCE_CONTROL_POLICY"),
                Some("any"),
                PolicyClass::ControlType,
            ),
            (
                Some("TAG_POLICY"),
                Some("aws-guardrails-Abc"),
                PolicyClass::Other,
            ),
            (None, Some("aws-guardrails-Abc"), PolicyClass::Unknown),
        ] {
            let mut names = Names::default();
            if let Some(policy_type) = policy_type {
                names.add_policy_type("p-1", policy_type);
            }
            if let Some(name) = name {
                names.add("p-1", name);
            }
            assert_eq!(names.policy_class("p-1"), class, "{policy_type:?} {name:?}");
        }
    }
}
