//! Classifies the JSON of an invocation. Classification is total: no shape of an event is an error.
//!
//! The result is recorded in the report and decides nothing, except that a manual request may narrow the mode.
//! Texts are copied sanitized, because whoever can put an event on the bus chooses them.

mod actor;
mod raw_json;

use thiserror::Error;

pub use actor::from_cloudtrail;
pub use raw_json::RawJson;

use crate::core::model::{CONTROL_TOWER, Mode};
use crate::core::sanitize::sanitize_value;
use crate::core::trigger::{Trigger, TriggerKind};

/// A classified invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The reason for the invocation.
    pub trigger: Trigger,
    /// Whether the event is the successful call that disabled [`CONTROL_TOWER`].
    pub disabled_control_tower: bool,
    /// The mode of a manual request; `None` for every event and for a request without a mode.
    pub mode: Option<Mode>,
}

/// A payload that is not in the contract's input table. The message never repeats the payload, because it goes into
/// the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidRequest {
    /// Not an event, and not a manual request.
    #[error(
        "the payload is neither an event (an object with the strings source and detail-type) nor a \
         manual request: send null, {{}}, {{\"mode\":\"audit\"}} or {{\"mode\":\"enforce\"}}"
    )]
    UnknownShape,
    /// A manual request with an unknown mode.
    #[error("the payload's mode is unknown: send \"audit\" or \"enforce\", in lower case")]
    UnknownMode,
    /// A manual request that asks for more than the function's mode allows.
    #[error(
        "the payload asks for mode \"enforce\", and the function's MODE is audit, which a payload cannot widen: send {{}} \
         or {{\"mode\":\"audit\"}}, or set MODE=enforce on the function"
    )]
    ModeEscalation,
}

impl Request {
    /// Classifies any JSON by the contract's input table.
    ///
    /// # Errors
    /// [`InvalidRequest`] if the payload is in no row of the table.
    pub fn classify(payload: RawJson<'_>) -> Result<Self, InvalidRequest> {
        if payload.is_null() {
            return Ok(Self::of_kind(TriggerKind::Manual, None));
        }
        let Some(source) = payload.get("source").and_then(RawJson::text) else {
            return Self::without_source(payload);
        };
        let detail_type = payload.get("detail-type").and_then(RawJson::text);
        let kind = match (source.as_str(), detail_type.as_deref()) {
            ("aws.organizations", _) => TriggerKind::OrganizationsEvent,
            ("aws.controltower", _) => TriggerKind::ControlTowerEvent,
            ("aws.scheduler", _) | ("aws.events", Some("Scheduled Event")) => TriggerKind::Schedule,
            (_, Some(_)) => TriggerKind::Unrecognized,
            (_, None) => return Self::without_source(payload),
        };
        Ok(Self::of_event(kind, payload, detail_type.as_deref()))
    }

    fn without_source(payload: RawJson<'_>) -> Result<Self, InvalidRequest> {
        if payload.get("Records").is_some_and(RawJson::is_array) {
            return Ok(Self::of_kind(TriggerKind::Unrecognized, None));
        }
        let members = payload.as_object().ok_or(InvalidRequest::UnknownShape)?;
        match (members.len(), payload.get("mode")) {
            (0, _) => Ok(Self::of_kind(TriggerKind::Manual, None)),
            (1, Some(mode)) => match mode.text().as_deref() {
                Some("audit") => Ok(Self::of_kind(TriggerKind::Manual, Some(Mode::Audit))),
                Some("enforce") => Ok(Self::of_kind(TriggerKind::Manual, Some(Mode::Enforce))),
                _ => Err(InvalidRequest::UnknownMode),
            },
            _ => Err(InvalidRequest::UnknownShape),
        }
    }

    fn of_kind(kind: TriggerKind, mode: Option<Mode>) -> Self {
        Self {
            trigger: Trigger::of_kind(kind),
            disabled_control_tower: false,
            mode,
        }
    }

    fn of_event(kind: TriggerKind, event: RawJson<'_>, detail_type: Option<&str>) -> Self {
        let detail = event.get("detail");
        let event_name = detail.and_then(|detail| detail.get("eventName"));
        let name = event_name.and_then(RawJson::sanitized_text);
        Self {
            trigger: Trigger {
                kind,
                id: event.get("id").and_then(RawJson::sanitized_text),
                name: name.or_else(|| detail_type.map(sanitize_value)),
                time: event.get("time").and_then(RawJson::sanitized_text),
                drift_type: detail
                    .and_then(|detail| detail.get("driftType"))
                    .and_then(RawJson::sanitized_text)
                    .filter(|_| kind == TriggerKind::ControlTowerEvent),
                actor: detail.and_then(actor::from_cloudtrail),
            },
            disabled_control_tower: kind == TriggerKind::OrganizationsEvent
                && detail.is_some_and(disabled_control_tower),
            mode: None,
        }
    }

    /// Returns the mode of this run: the mode of a manual request, else the function's.
    ///
    /// # Errors
    /// [`InvalidRequest::ModeEscalation`] if the request asks for more than `configured` allows.
    pub fn effective_mode(&self, configured: Mode) -> Result<Mode, InvalidRequest> {
        match (self.mode, configured) {
            (Some(Mode::Enforce), Mode::Audit) => Err(InvalidRequest::ModeEscalation),
            (requested, configured) => Ok(requested.unwrap_or(configured)),
        }
    }
}

/// Whether `call` disabled Control Tower's trusted access. A failed call has an `errorCode`.
fn disabled_control_tower(call: RawJson<'_>) -> bool {
    let is = |value: Option<RawJson<'_>>, text: &str| {
        value.and_then(RawJson::text).as_deref() == Some(text)
    };
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
