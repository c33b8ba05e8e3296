//! The decision: pure values, and the reconciler over stateful fakes of the ports in paused time.

mod error;
mod reconcile;
