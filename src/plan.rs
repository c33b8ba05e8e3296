//! The decision as a value: what, if anything, separates the observed state from the desired one.

use crate::state::{Observation, Operation, TrustedAccess};

/// The result of one comparison.
///
/// Its field is private: a plan exists only because an [`Observation`] was compared with a desired
/// state, so nothing can ask for a write that no read has justified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    step: Option<Step>,
}

/// One change that a comparison found to be due. Only [`Plan::step`] gives one out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    target: TrustedAccess,
}

impl Plan {
    /// Compares what is wanted with what was seen.
    #[must_use]
    pub fn compare(desired: TrustedAccess, observed: &Observation) -> Self {
        let differs = observed.state != desired;
        Self {
            step: differs.then_some(Step { target: desired }),
        }
    }

    /// The change that is due; `None` where desired and observed agree.
    #[must_use]
    pub fn step(self) -> Option<Step> {
        self.step
    }
}

impl Step {
    /// The state that this step brings about.
    #[must_use]
    pub fn target(self) -> TrustedAccess {
        self.target
    }

    /// The write that brings it about.
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
    fn agreement_asks_for_nothing() {
        let enabled = Observation::enabled(None);
        assert_eq!(Plan::compare(TrustedAccess::Enabled, &enabled).step(), None);
        let disabled = Observation::disabled();
        assert_eq!(
            Plan::compare(TrustedAccess::Disabled, &disabled).step(),
            None
        );
    }

    #[test]
    fn a_difference_asks_for_the_one_write_that_removes_it() {
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
    fn the_date_of_enabling_never_decides() {
        let dated = Observation::enabled(Some("2026-01-02T03:04:05Z".to_owned()));
        assert_eq!(
            Plan::compare(TrustedAccess::Enabled, &dated),
            Plan::compare(TrustedAccess::Enabled, &Observation::enabled(None)),
        );
    }
}
