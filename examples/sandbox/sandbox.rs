//! The function and the emulated AWS around it.

use std::ffi::OsString;
use std::time::{Duration, SystemTime};

use controltower_trusted_access::aws::control_tower::ControlTower;
use controltower_trusted_access::aws::organizations::Organizations;
use controltower_trusted_access::core::reconcile::Reconciler;
use controltower_trusted_access::core::report::Report;
use controltower_trusted_access::lambda::handler::{Handler, Payload};
use controltower_trusted_access::lambda::invocation_error::InvocationError;
use controltower_trusted_access::settings::Settings;
use lambda_runtime::{Context, LambdaEvent};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use crate::call_recorder::CallRecorder;
use crate::control_tower::EmulatedControlTower;
use crate::organization::EmulatedOrganization;

/// The name and the value of an environment variable of the function.
pub type Setting = (&'static str, String);

pub struct Sandbox {
    pub organization: EmulatedOrganization,
    pub control_tower: EmulatedControlTower,
    calls: CallRecorder,
    handler: Handler<Organizations, ControlTower>,
}

/// One invocation of the function.
pub struct Run {
    pub result: Result<Report, InvocationError>,
    /// The names of the AWS operations, in the order of the calls.
    pub calls: Vec<String>,
}

impl Sandbox {
    /// Returns an organization with trusted access enabled and without a landing zone, and a function with
    /// `settings`.
    pub async fn new(settings: &[Setting]) -> Self {
        let calls = CallRecorder::default();
        let organization = EmulatedOrganization::new(&calls).await;
        let control_tower = EmulatedControlTower::default();
        let handler = handler(settings, &organization, &control_tower, &calls);
        Self {
            organization,
            control_tower,
            calls,
            handler,
        }
    }

    /// Deploys the function again with other `settings` in the same organization.
    pub fn redeploy(&mut self, settings: &[Setting]) {
        self.handler = handler(
            settings,
            &self.organization,
            &self.control_tower,
            &self.calls,
        );
    }

    pub async fn invoke(&self, payload: Payload) -> Run {
        let mut context = Context::default();
        context.deadline = deadline(Duration::from_mins(1));
        let event = LambdaEvent::new(payload, context);
        let (result, _) = self.handler.handle(event).await;
        let calls = self.calls.take();
        Run { result, calls }
    }
}

/// Builds the handler as `main` of the function does. Invalid settings are not an error here, because the function
/// starts with them and reports them.
fn handler(
    settings: &[Setting],
    organization: &EmulatedOrganization,
    control_tower: &EmulatedControlTower,
    calls: &CallRecorder,
) -> Handler<Organizations, ControlTower> {
    // The sandbox's own settings and not the environment: the user's AWS variables must not reach it.
    let variable = |name: &str| {
        let setting = settings.iter().find(|(key, _)| *key == name);
        setting.map(|(_, value)| OsString::from(value))
    };
    let settings = Settings::read(variable, SystemTime::now(), |_| Ok(()));
    let reconciler = settings.map(|settings| Reconciler {
        organizations: organization.adapter(settings.watched),
        landing_zone: settings
            .landing_zone_region
            .map(|region| control_tower.adapter(region, calls)),
        policy: settings.policy,
    });
    Handler::new(reconciler, false)
}

/// Returns the deadline of an invocation as Lambda sends it, in milliseconds since 1970.
fn deadline(time_left: Duration) -> u64 {
    let since_1970 = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    u64::try_from((since_1970 + time_left).as_millis()).unwrap_or(u64::MAX)
}

/// Returns `time` in whole seconds, as CloudTrail writes it.
pub fn rfc3339(time: SystemTime) -> String {
    let time = UtcDateTime::from(time).truncate_to_second();
    // Fails for years beyond 9999 only.
    time.format(&Rfc3339).unwrap_or_default()
}
