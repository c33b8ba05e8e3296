//! Keeps the AWS Organizations trusted access of `controltower.amazonaws.com` at the state that the
//! operator asked for: observe, compare, change only a difference, look again, say what happened.
//!
//! # Properties
//! Each with the tests under `tests/` that prove it.
//!
//! 1. **Level-triggered.** [`reconcile::Reconciler::run`] receives no event: for one state of the
//!    world every event leads to the same AWS calls. (`contract/calls.rs`: `p1_…`)
//! 2. **Unknown is not disabled.** A failed or partial read of trusted access is never followed by a write.
//!    (`properties.rs`: `p2_…`; `adapter.rs` for what is no list) Nor is "no landing zone" taken from an
//!    answer that does not say so. (`adapter/landing_zone.rs`)
//! 3. **Audit never writes**, because in audit nothing that can write is called.
//!    (`properties.rs`: `p3_…`)
//! 4. **Convergent.** Whatever faults and interleavings happen, a run without faults afterwards, once
//!    no maintenance is on and the landing zone does not speak against it, ends in the desired state, and the
//!    run after that is `InSync` with one read pass.
//!    (`properties.rs`: `p4_…`; `properties/landing_zone.rs`)
//! 5. **One principal.** Nothing here can write another one than [`state::CONTROL_TOWER`]; others may be
//!    watched, which is a read.
//!    (`architecture.rs`: `p5_…`; `adapter.rs` for the requests)
//! 6. **Every invocation is answered**, before its deadline, with a report or an error of the
//!    contract. (`properties.rs`: `p6_…`; `contract/errors.rs` for hangs and panics)
//!
//! # Map
//! A file imports only from rows above it; `tests/architecture.rs` holds this table.
//!
//! | module | purpose |
//! |---|---|
//! | [`text`] | text from outside, made safe to show |
//! | [`state`] | the vocabulary |
//! | [`trigger`] | why we woke: a total classification of any JSON |
//! | [`plan`] | desired against observed, as a value |
//! | [`landing_zone`] | what the landing zone has to say about a change |
//! | [`error`] | what can go wrong, and whether trying again helps |
//! | [`report`] | what one run did |
//! | [`ports`] | reading, writing and asking for the landing zone as separate powers |
//! | [`reconcile`] | observe → plan → ask → execute → verify |
//! | [`settings`] | environment → typed settings, all faults at once |
//! | [`sdk`] | the AWS SDK as every adapter uses it: connection, patience, failures |
//! | [`organizations`] | the adapter over AWS Organizations |
//! | [`control_tower`] | the adapter over AWS Control Tower |
//! | [`telemetry`] | log lines and the metric line |
//! | [`handler`] | the Lambda edge |
//! | [`standalone`] | what the binary says outside Lambda |

pub mod control_tower;
pub mod error;
pub mod handler;
pub mod landing_zone;
pub mod organizations;
pub mod plan;
pub mod ports;
pub mod reconcile;
pub mod report;
pub mod sdk;
pub mod settings;
pub mod standalone;
pub mod state;
pub mod telemetry;
pub mod text;
pub mod trigger;
