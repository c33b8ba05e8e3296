//! Why the function woke: a total classification of any JSON.
//!
//! The trigger is recorded in the report and decides nothing, except that a manual request may
//! narrow the mode. Strings are copied shortened and without control characters, since whoever
//! can put an event on the bus chooses them and a human reads them later.

mod actor;
mod json;

use serde::Serialize;
use thiserror::Error;

pub use actor::Actor;
pub use json::Json;

use crate::state::{CONTROL_TOWER, Mode, display_as_serialized};
use crate::text::one_line;

/// The kinds of wake-up that the contract names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum TriggerKind {
    /// An AWS Organizations API call, delivered by CloudTrail through EventBridge.
    OrganizationsEvent,
    /// A Control Tower lifecycle or drift event.
    ControlTowerEvent,
    /// EventBridge Scheduler or a scheduled rule.
    Schedule,
    /// `null`, `{}` or a mode, from a human or a script.
    Manual,
    /// Some other event or a batch of records: harmless, and a sign of a rule that is too wide.
    Unrecognized,
}

display_as_serialized!(TriggerKind);

/// What woke the function, as far as the event tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// Which row of the contract's table the input is.
    pub kind: TriggerKind,
    /// The event's `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `detail.eventName`, else the event's `detail-type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The event's `time`, as it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Who made the call, where CloudTrail says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// Whether the event is the successful call that disabled the principal of this program.
    #[serde(skip)]
    pub is_the_disabling_call: bool,
}

/// One classified invocation: what woke us, and the mode that a manual request asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What woke the function.
    pub trigger: Trigger,
    /// The mode asked for by hand; `None` for every event and for a plain manual run.
    pub mode: Option<Mode>,
}

/// A payload that is no row of the contract's table. The message never repeats the payload,
/// because it goes into the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidRequest {
    /// Not an event, and not a manual request.
    #[error(
        "the payload is neither an event (an object with the strings source and detail-type) nor a \
         manual request: send null, {{}}, {{\"mode\":\"audit\"}} or {{\"mode\":\"enforce\"}}"
    )]
    UnknownShape,
    /// A manual request with a mode that is not one.
    #[error("mode in the payload is not a mode: send \"audit\" or \"enforce\", in lower case")]
    UnknownMode,
    /// A manual request that tries to widen the function's mode.
    #[error(
        "mode \"enforce\" was asked for and the function's MODE is audit, which a payload cannot \
         widen: send {{}} or {{\"mode\":\"audit\"}}, or set MODE=enforce on the function"
    )]
    WouldWiden,
}

impl Request {
    /// Sorts any JSON into a row of the contract's input table.
    ///
    /// # Errors
    /// [`InvalidRequest`] for what is in no row. No shape of an event is an error.
    pub fn classify(payload: Json<'_>) -> Result<Self, InvalidRequest> {
        if payload.is_null() {
            return Ok(Self::manual(None));
        }
        let Some(source) = payload.get("source").and_then(Json::text) else {
            return Self::without_source(payload);
        };
        let detail_type = payload.get("detail-type").and_then(Json::text);
        let kind = match (source.as_str(), detail_type.as_deref()) {
            ("aws.organizations", _) => TriggerKind::OrganizationsEvent,
            ("aws.controltower", _) => TriggerKind::ControlTowerEvent,
            ("aws.scheduler", _) | ("aws.events", Some("Scheduled Event")) => TriggerKind::Schedule,
            (_, Some(_)) => TriggerKind::Unrecognized,
            (_, None) => return Self::without_source(payload),
        };
        Ok(Self {
            trigger: Trigger::of_event(kind, payload, detail_type.as_deref()),
            mode: None,
        })
    }

    fn without_source(payload: Json<'_>) -> Result<Self, InvalidRequest> {
        if payload.get("Records").is_some_and(Json::is_array) {
            return Ok(Self {
                trigger: Trigger::of_kind(TriggerKind::Unrecognized),
                mode: None,
            });
        }
        let members = payload.members().ok_or(InvalidRequest::UnknownShape)?;
        match (members.len(), payload.get("mode")) {
            (0, _) => Ok(Self::manual(None)),
            (1, Some(mode)) => match mode.text().as_deref() {
                Some("audit") => Ok(Self::manual(Some(Mode::Audit))),
                Some("enforce") => Ok(Self::manual(Some(Mode::Enforce))),
                _ => Err(InvalidRequest::UnknownMode),
            },
            _ => Err(InvalidRequest::UnknownShape),
        }
    }

    fn manual(mode: Option<Mode>) -> Self {
        Self {
            trigger: Trigger::of_kind(TriggerKind::Manual),
            mode,
        }
    }

    /// The mode of this run: what was asked for by hand, within what the function is set to.
    ///
    /// # Errors
    /// [`InvalidRequest::WouldWiden`] where the request asks for more than `configured` allows.
    pub fn mode_within(&self, configured: Mode) -> Result<Mode, InvalidRequest> {
        match (self.mode, configured) {
            (Some(Mode::Enforce), Mode::Audit) => Err(InvalidRequest::WouldWiden),
            (requested, configured) => Ok(requested.unwrap_or(configured)),
        }
    }
}

impl Trigger {
    /// A trigger of which nothing but its kind is known.
    #[must_use]
    pub fn of_kind(kind: TriggerKind) -> Self {
        Self {
            kind,
            id: None,
            name: None,
            time: None,
            actor: None,
            is_the_disabling_call: false,
        }
    }

    fn of_event(kind: TriggerKind, event: Json<'_>, detail_type: Option<&str>) -> Self {
        let detail = event.get("detail");
        let event_name = detail.and_then(|detail| detail.get("eventName"));
        Self {
            kind,
            id: event.get("id").and_then(Json::shown),
            name: event_name
                .and_then(Json::shown)
                .or_else(|| detail_type.map(one_line)),
            time: event.get("time").and_then(Json::shown),
            actor: detail.and_then(Actor::of_call),
            is_the_disabling_call: kind == TriggerKind::OrganizationsEvent
                && detail.is_some_and(disables_control_tower),
        }
    }
}

/// A failed call has an `errorCode` and disabled nothing.
fn disables_control_tower(call: Json<'_>) -> bool {
    let is =
        |value: Option<Json<'_>>, text: &str| value.and_then(Json::text).as_deref() == Some(text);
    let parameters = call.get("requestParameters");
    is(call.get("eventName"), "DisableAWSServiceAccess")
        && call.get("errorCode").is_none()
        && is(
            parameters.and_then(|parameters| parameters.get("servicePrincipal")),
            CONTROL_TOWER,
        )
}

#[cfg(test)]
mod tests;
