//! What the accounts answered: counted by OU, and by account only where something is wrong.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::accounts::Account;

/// What asking one account came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The role is there and trusts the caller.
    Present,
    /// AWS refused, and does not tell whether the role is missing or does not trust the caller.
    Refused,
    /// There was no answer that tells.
    NotChecked(String),
}

/// One account of which something is to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trouble {
    /// Its number.
    pub account: String,
    /// Its OU or root, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizational_unit: Option<String>,
    /// `missingOrNotTrusted` or `notChecked`.
    pub role: &'static str,
    /// Why it could not be checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The answers of one OU.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitCount {
    /// Accounts that have the role.
    pub present: usize,
    /// Accounts that refused.
    pub missing_or_not_trusted: usize,
    /// Accounts that could not be asked.
    pub not_checked: usize,
}

/// All answers so far.
#[derive(Debug, Default)]
pub struct Tally {
    units: BTreeMap<Option<String>, UnitCount>,
    troubles: Vec<Trouble>,
    not_checked_in_a_row: usize,
    gave_up: bool,
}

/// The name of what is not known, in the table and as a key.
const UNKNOWN_UNIT: &str = "unknown";

impl UnitCount {
    /// All accounts that were asked.
    pub fn asked(self) -> usize {
        self.present + self.missing_or_not_trusted + self.not_checked
    }
}

impl Tally {
    /// Takes in an answer.
    pub fn note(&mut self, account: Account, answer: Answer) {
        let count = self.units.entry(account.unit.clone()).or_default();
        let trouble = match answer {
            Answer::Present => {
                count.present += 1;
                self.not_checked_in_a_row = 0;
                return;
            }
            Answer::Refused => {
                count.missing_or_not_trusted += 1;
                self.not_checked_in_a_row = 0;
                ("missingOrNotTrusted", None)
            }
            Answer::NotChecked(reason) => {
                count.not_checked += 1;
                self.not_checked_in_a_row += 1;
                ("notChecked", Some(reason))
            }
        };
        self.troubles.push(Trouble {
            account: account.id,
            organizational_unit: account.unit,
            role: trouble.0,
            reason: trouble.1,
        });
    }

    /// How many accounts in a row could not be asked.
    pub fn in_a_row(&self) -> usize {
        self.not_checked_in_a_row
    }

    /// That the rest is not asked.
    pub fn give_up(&mut self) {
        self.gave_up = true;
    }

    /// The accounts of which something is to be told, in the order of their numbers.
    pub fn troubles(&self) -> Vec<Trouble> {
        let mut troubles = self.troubles.clone();
        troubles.sort_by(|one, other| one.account.cmp(&other.account));
        troubles
    }

    /// The counts of each OU.
    pub fn by_unit(&self) -> BTreeMap<String, UnitCount> {
        let named = |unit: &Option<String>| unit.clone().unwrap_or_else(|| UNKNOWN_UNIT.to_owned());
        let units = self.units.iter();
        units.map(|(unit, count)| (named(unit), *count)).collect()
    }

    /// Puts the names of OUs for what stood in their place, see [`Account::unit`].
    pub fn name_units(&mut self, names: &BTreeMap<String, String>) {
        let told = |unit: Option<String>| {
            let unit = unit?;
            // A baseline of which the list has not told the OU says nothing to a reader.
            let is_unit = !unit.contains(':');
            names.get(&unit).cloned().or(is_unit.then_some(unit))
        };
        for trouble in &mut self.troubles {
            trouble.organizational_unit = told(trouble.organizational_unit.take());
        }
        for (unit, count) in std::mem::take(&mut self.units) {
            let sum = self.units.entry(told(unit)).or_default();
            sum.present += count.present;
            sum.missing_or_not_trusted += count.missing_or_not_trusted;
            sum.not_checked += count.not_checked;
        }
    }

    /// The accounts in trouble whose OU is not known.
    pub fn homeless(&self) -> Vec<String> {
        let troubles = self.troubles.iter();
        let homeless = troubles.filter(|trouble| trouble.organizational_unit.is_none());
        homeless.map(|trouble| trouble.account.clone()).collect()
    }

    /// Moves an account in trouble to the OU that it turned out to stand in.
    pub fn house(&mut self, account: &str, unit: &str) {
        let Some(trouble) = self.troubles.iter_mut().find(|one| one.account == account) else {
            return;
        };
        trouble.organizational_unit = Some(unit.to_owned());
        let refused = usize::from(trouble.reason.is_none());
        if let Some(count) = self.units.get_mut(&None) {
            count.missing_or_not_trusted -= refused;
            count.not_checked -= 1 - refused;
        }
        self.units.retain(|_, count| *count != UnitCount::default());
        let count = self.units.entry(Some(unit.to_owned())).or_default();
        count.missing_or_not_trusted += refused;
        count.not_checked += 1 - refused;
    }

    /// All answers together.
    pub fn sum(&self) -> UnitCount {
        let mut sum = UnitCount::default();
        for count in self.units.values() {
            sum.present += count.present;
            sum.missing_or_not_trusted += count.missing_or_not_trusted;
            sum.not_checked += count.not_checked;
        }
        sum
    }

    /// Why the last account that could not be asked could not.
    pub fn last_reason(&self) -> Option<&str> {
        let mut troubles = self.troubles.iter().rev();
        troubles.find_map(|trouble| trouble.reason.as_deref())
    }

    /// Whether the rest was not asked.
    pub fn gave_up(&self) -> bool {
        self.gave_up
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u64, unit: Option<&str>) -> Account {
        Account {
            id: format!("{number:012}"),
            unit: unit.map(str::to_owned),
        }
    }

    #[test]
    fn nothing_is_kept_of_an_account_that_has_the_role_but_its_ou_s_count() {
        let mut tally = Tally::default();
        for number in 0..1000 {
            tally.note(account(number, Some("ou-1")), Answer::Present);
        }
        assert_eq!(tally.troubles(), []);
        assert_eq!(tally.by_unit()["ou-1"].present, 1000);
    }

    #[test]
    fn baselines_get_the_names_of_their_ous_and_counts_of_one_ou_are_put_together() {
        let mut tally = Tally::default();
        tally.note(account(1, Some("arn:one")), Answer::Present);
        tally.note(account(2, Some("arn:two")), Answer::Refused);
        let names = [("arn:one", "ou-1"), ("arn:two", "ou-1")];
        tally.name_units(
            &names
                .map(|(baseline, unit)| (baseline.into(), unit.into()))
                .into(),
        );
        let ou = tally.by_unit()["ou-1"];
        assert_eq!((ou.present, ou.missing_or_not_trusted), (1, 1));
        assert_eq!(
            tally.troubles()[0].organizational_unit.as_deref(),
            Some("ou-1")
        );
    }

    #[test]
    fn an_account_moves_with_its_answer_to_the_ou_that_it_stands_in() {
        let mut tally = Tally::default();
        tally.note(account(1, None), Answer::Refused);
        tally.note(account(2, None), Answer::NotChecked("no answer".into()));
        assert_eq!(tally.homeless().len(), 2);
        for id in tally.homeless() {
            tally.house(&id, "ou-1");
        }
        let units = tally.by_unit();
        assert_eq!(units.keys().collect::<Vec<_>>(), ["ou-1"]);
        assert_eq!(units["ou-1"].missing_or_not_trusted, 1);
        assert_eq!(units["ou-1"].not_checked, 1);
    }
}
