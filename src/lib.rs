//! Keeps the AWS Organizations trusted access of `controltower.amazonaws.com` in the state that the operator asked
//! for: observe, compare, change only a difference, verify, and report what happened.
//!
//! # Properties
//! Each with the tests under `tests/` that prove it.
//!
//! 1. **Level-triggered.** [`Reconciler::run`](core::reconcile::Reconciler::run) receives no event: the same state of
//!    the world always leads to the same AWS calls. (`lambda/aws_calls.rs`: `p1_…`)
//! 2. **Unknown is not disabled.** A failed or partial read is never followed by a write. (`properties.rs`: `p2_…`;
//!    `aws/organizations.rs` for responses without a list) A response without a list does not mean that there is no
//!    landing zone. (`aws/control_tower.rs`)
//! 3. **Audit never writes**, because an audit ends after `observe`, which is given only the read ports.
//!    (`properties.rs`: `p3_…`)
//! 4. **Convergent.** Whatever faults and interleavings happen, a run without faults afterwards ends in the desired
//!    state, if no maintenance hold is active and the landing zone allows it. The run after that is `InSync` with one
//!    read pass. (`properties.rs`: `p4_…`; `properties/landing_zone.rs`)
//! 5. **One principal.** Nothing here can write another principal than [`CONTROL_TOWER`](core::model::CONTROL_TOWER).
//!    Others can be watched, which is a read. (`architecture.rs`: `p5_…`; `aws/organizations.rs` for the requests)
//! 6. **Every invocation is answered** before its deadline, within 128 MB, with a report or an error of the contract.
//!    (`properties.rs`: `p6_…`; `lambda/invocation_error.rs` for hangs and panics)
//!
//! # Layout
//! Imports point one way: `main` → [`lambda`] → [`core`] ← [`aws`], with [`settings`] beside them.
//! `tests/architecture.rs` holds this table.
//!
//! | module | imports | purpose |
//! |---|---|---|
//! | [`core`] | – | the decision: vocabulary, plan, reconciliation, report; names no `aws_*` or `lambda_*` crate |
//! | [`settings`] | `core` | environment → typed settings, all invalid settings at once |
//! | [`aws`] | `core`, `settings` | the adapters over Organizations and Control Tower, and their HTTP client |
//! | [`lambda`] | `core`, `settings` | event classification, handler, log lines and metrics |

pub mod aws;
pub mod core;
pub mod lambda;
pub mod settings;
