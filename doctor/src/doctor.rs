//! Runs the checks. Each waits only for the results that it needs, and none for the success of another.

mod comparisons;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;

use tokio::sync::mpsc;

use crate::arguments::CheckArguments;
use crate::aws_clients::AwsClients;
use crate::checks::accounts::{self, AccountList, AccountScope};
use crate::checks::credentials::{self, Caller};
use crate::checks::deployment::{self, Deployment};
use crate::checks::roles::{self, ProbeEnd, ProbedAccounts, RoleProbe, RoleSummary};
use crate::checks::trusted_access::owners;
use crate::checks::{event_delivery, landing_zone, organization, trusted_access};
use crate::finding::{Check, Finding};
use crate::output::progress::Progress;
use crate::partition::organizations_event_region;
use crate::report::DiagnosticReport;
use comparisons::TrustedAccessResult;

/// How many accounts the list may be ahead of the role check.
const MAX_QUEUED_ACCOUNTS: usize = 200;
/// The most accounts whose OU is looked up with a call of its own.
const MAX_OU_LOOKUPS: usize = 50;

/// One run of all checks.
pub struct Doctor {
    clients: AwsClients,
    arguments: CheckArguments,
    report: RefCell<DiagnosticReport>,
    accounts: RefCell<AccountList>,
    roles: RefCell<RoleSummary>,
    progress: Progress,
}

/// The caller, partition and Regions, which the first check finds out for the others.
struct AwsContext {
    caller: Option<Caller>,
    partition: String,
    region: String,
    event_region: &'static str,
}

impl Doctor {
    /// Returns a run of the checks that the arguments select. `progress` shows them from before the credentials are
    /// loaded, which may take seconds.
    pub fn new(clients: AwsClients, arguments: CheckArguments, progress: Progress) -> Self {
        let mut report = DiagnosticReport::new(Check::ALL.to_vec());
        if !arguments.roles {
            let skipped = roles::not_looked_at(&arguments.role_name);
            progress.show(&skipped);
            report.record(skipped);
        }
        Self {
            clients,
            arguments,
            report: RefCell::new(report),
            accounts: RefCell::default(),
            roles: RefCell::default(),
            progress,
        }
    }

    /// Runs the checks until they have finished, or until `interrupt` completes. Returns what is known by then.
    pub async fn run(self, interrupt: impl Future<Output = io::Result<()>>) -> DiagnosticReport {
        let interrupted = tokio::select! {
            () = self.check_all() => false,
            _ = interrupt => true,
        };
        if interrupted {
            if let Some(finding) = self.accounts.borrow().partial_finding() {
                self.report.borrow_mut().record_partial(finding);
            }
            self.report_roles(true);
        }
        let mut report = self.report.into_inner();
        report.interrupted = interrupted;
        report.fill_gaps(
            "The doctor was interrupted before this check finished.",
            "Run the doctor again.",
        );
        report
    }

    async fn check_all(&self) {
        let Some(context) = self.check_credentials().await else {
            // The finding of the credentials has the hint.
            self.report.borrow_mut().fill_gaps("No credentials.", "");
            return;
        };
        let (management_account, trusted_access, (), home_region, ()) = tokio::join!(
            self.check_organization(&context),
            self.check_trusted_access(&context),
            self.check_event_delivery(&context),
            self.check_landing_zone(&context),
            self.check_deployment(&context),
        );
        self.compare_landing_zone_region(home_region.as_deref());
        self.compare_settings(trusted_access, &context).await;
        let scope = AccountScope {
            landing_zone_region: home_region,
            organizations_region: context.region.clone(),
            management_account,
            only: self.arguments.accounts.iter().cloned().collect(),
        };
        self.check_accounts_and_roles(&scope, &context).await;
    }

    fn record(&self, finding: Finding) {
        self.progress.show(&finding);
        self.report.borrow_mut().record(finding);
    }

    /// Returns `None` if there are no credentials.
    async fn check_credentials(&self) -> Option<AwsContext> {
        let region = self.arguments.region.as_deref();
        let credentials = credentials::check(self.clients.initial_sts(region)).await;
        self.record(credentials.finding);
        let caller = credentials.caller;
        let partition = match &caller {
            Some(caller) => caller.partition.clone(),
            None => self.clients.probable_partition(region).to_owned(),
        };
        let event_region = organizations_event_region(&partition);
        let context = AwsContext {
            caller,
            partition,
            region: region.unwrap_or(event_region).to_owned(),
            event_region,
        };
        credentials.exist.then_some(context)
    }

    /// Returns the management account, if it is known.
    async fn check_organization(&self, context: &AwsContext) -> Option<String> {
        let client = self.clients.organizations(&context.region);
        let (management_account, mut finding) =
            organization::check(&client, context.caller.as_ref()).await;
        if management_account.is_some() {
            let administrators = organization::check_delegated_administrators(&client).await;
            finding = finding.merge(administrators);
        }
        self.record(finding);
        management_account
    }

    async fn check_trusted_access(&self, context: &AwsContext) -> TrustedAccessResult {
        let adapter = self
            .clients
            .trusted_access(&context.region, BTreeSet::new());
        let cloudtrail = self.clients.cloudtrail(context.event_region);
        let rate = self.arguments.common.lookups_per_second;
        let ((observation, finding), owners) = tokio::join!(
            trusted_access::check(adapter),
            owners::check(cloudtrail, rate),
        );
        self.record(finding.merge(owners.clone()));
        TrustedAccessResult {
            observation,
            owners,
        }
    }

    async fn check_event_delivery(&self, context: &AwsContext) {
        let client = self.clients.cloudtrail(context.event_region);
        self.record(event_delivery::check(client, context.event_region).await);
    }

    /// Returns the home Region of the landing zone, if there is one.
    async fn check_landing_zone(&self, context: &AwsContext) -> Option<String> {
        let arguments = &self.arguments;
        let requested = arguments
            .common
            .landing_zone_region
            .as_ref()
            .or(arguments.region.as_ref());
        let region = requested
            .cloned()
            .or_else(|| self.clients.profile_region())
            .unwrap_or_else(|| context.region.clone());
        let (home_region, mut finding) =
            landing_zone::check(self.clients.landing_zone(&region)).await;
        // Most Regions list a landing zone of another Region, but only its home Region returns the details.
        if let Some(home) = home_region.as_deref().filter(|home| *home != region) {
            finding = landing_zone::check(self.clients.landing_zone(home)).await.1;
        }
        self.record(finding);
        home_region
    }

    async fn check_deployment(&self, context: &AwsContext) {
        let deployment = Deployment {
            stack_name: self.arguments.stack_name.as_deref(),
            region: &context.region,
            event_region: context.event_region,
            expected_code: self.arguments.expect_code_sha256.as_ref(),
        };
        self.record(deployment::check(&self.clients, deployment).await);
    }

    /// Lists the accounts and checks their roles at the same time.
    async fn check_accounts_and_roles(&self, scope: &AccountScope, context: &AwsContext) {
        let (sender, mut receiver) = mpsc::channel(MAX_QUEUED_ACCOUNTS);
        let list = async {
            accounts::list(&self.clients, scope, sender, &self.accounts).await;
            self.record(self.accounts.borrow().finding(scope));
        };
        if !self.arguments.roles {
            let discard = async { while receiver.recv().await.is_some() {} };
            tokio::join!(list, discard);
            return;
        }
        let probe = RoleProbe {
            sts: self.clients.assume_role_sts(&context.region),
            partition: context.partition.clone(),
            role_name: self.arguments.role_name.clone(),
            concurrency: self.arguments.concurrency,
        };
        self.progress.announce(&probe.announcement());
        let listed = || self.accounts.borrow().count;
        tokio::join!(
            list,
            probe.run(receiver, &self.roles, || self
                .progress
                .count_account(listed())),
        );
        self.resolve_missing_ous(scope).await;
        self.report_roles(false);
    }

    /// Looks up the OU of each unhealthy account that the list gave none for, up to a limit: it takes a call each.
    async fn resolve_missing_ous(&self, scope: &AccountScope) {
        let accounts = self.roles.borrow().accounts_without_ou();
        let client = self.clients.organizations(&scope.organizations_region);
        for account in accounts.iter().take(MAX_OU_LOOKUPS) {
            let Some(ou) = organization::parent_ou(&client, account).await else {
                return;
            };
            self.roles.borrow_mut().set_ou(account, &ou);
        }
    }

    /// Records the finding of the role check, unless it had not started when the run was interrupted.
    fn report_roles(&self, interrupted: bool) {
        let accounts = self.accounts.borrow();
        if !self.arguments.roles || accounts.count == 0 && interrupted {
            return;
        }
        let mut roles = self.roles.borrow_mut();
        roles.resolve_baselines(&accounts.baseline_ous);
        let end = match (interrupted, roles.gave_up(), accounts.is_complete) {
            (true, _, _) => ProbeEnd::Interrupted,
            (_, true, _) => ProbeEnd::GaveUp,
            (_, _, false) => ProbeEnd::ListIncomplete,
            (_, _, true) => ProbeEnd::Complete,
        };
        let probed = ProbedAccounts {
            listed: accounts.count,
            all_need_role: accounts.all_need_role(),
            end,
        };
        let mut report = self.report.borrow_mut();
        report.unhealthy_accounts = roles.unhealthy_accounts();
        report.organizational_units = roles.counts_by_ou();
        report.record(roles::finding(&roles, &self.arguments.role_name, probed));
    }
}
