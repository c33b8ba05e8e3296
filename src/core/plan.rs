//! The difference between the observed and the desired state, as a value.

use super::model::{Observation, Operation, TrustedAccess};

/// The result of a comparison.
///
/// Its field is private: a plan exists only as the result of comparing an [`Observation`] with a desired
/// state, so no write can be requested that no read has justified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    step: Option<Step>,
}

/// One change that a comparison found to be due. Only [`Plan::step`] returns one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    target: TrustedAccess,
}

impl Plan {
    /// Compares the desired with the observed state.
    #[must_use]
    pub fn compare(desired: TrustedAccess, observed: &Observation) -> Self {
        let differs = observed.state != desired;
        Self {
            step: differs.then_some(Step { target: desired }),
        }
    }

    /// Returns the change that is due, or `None` if desired and observed agree.
    #[must_use]
    pub fn step(self) -> Option<Step> {
        self.step
    }
}

impl Step {
    /// Returns the state after this step.
    #[must_use]
    pub fn target(self) -> TrustedAccess {
        self.target
    }

    /// Returns the write that makes this step.
    #[must_use]
    pub fn operation(self) -> Operation {
        match self.target {
            TrustedAccess::Enabled => Operation::Enable,
            TrustedAccess::Disabled => Operation::Disable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_states_give_no_step() {
        let enabled = Observation::enabled(None);
        assert_eq!(Plan::compare(TrustedAccess::Enabled, &enabled).step(), None);
        let disabled = Observation::disabled();
        assert_eq!(
            Plan::compare(TrustedAccess::Disabled, &disabled).step(),
            None
        );
    }

    #[test]
    fn a_difference_gives_the_one_write_that_removes_it() {
        for (desired, observed, operation) in [
            (
                TrustedAccess::Enabled,
                Observation::disabled(),
                Operation::Enable,
            ),
            (
                TrustedAccess::Disabled,
                Observation::enabled(None),
                Operation::Disable,
            ),
        ] {
            let step = Plan::compare(desired, &observed).step();
            assert_eq!(step.map(Step::target), Some(desired));
            assert_eq!(step.map(Step::operation), Some(operation));
        }
    }

    #[test]
    fn the_date_of_enabling_does_not_change_the_plan() {
        let dated = Observation::enabled(Some("2026-01-02T03:04:05Z".to_owned()));
        assert_eq!(
            Plan::compare(TrustedAccess::Enabled, &dated),
            Plan::compare(TrustedAccess::Enabled, &Observation::enabled(None)),
        );
    }
}
