//! Which check comes after which: they only wait for what they need to know, and none for another's success.

use std::cell::RefCell;
use std::io;

use tokio::sync::mpsc;

use crate::arguments::Arguments;
use crate::aws::Aws;
use crate::chart::Chart;
use crate::checks::accounts::{self, Listing, Scope};
use crate::checks::identity::{self, Caller};
use crate::checks::roles::{self, End, Round, Tally};
use crate::checks::{deployment, events, landing_zone, organization, trusted_access};
use crate::finding::Check;
use crate::partition::organizations_region;
use crate::progress::Progress;

/// Accounts that are listed and wait to be asked. The list is read no further ahead than this.
const WAITING: usize = 200;
/// The most accounts in trouble whose OU is looked up one by one.
const MOST_LOOKED_UP: usize = 50;

/// One run of the doctor.
pub struct Examination {
    aws: Aws,
    arguments: Arguments,
    chart: RefCell<Chart>,
    listing: RefCell<Listing>,
    tally: RefCell<Tally>,
}

/// What the first check tells the others.
struct Place {
    caller: Option<Caller>,
    partition: String,
    region: String,
    events_region: &'static str,
}

impl Examination {
    /// Of what the arguments ask for.
    pub fn new(aws: Aws, arguments: Arguments) -> Self {
        let mut planned = vec![
            Check::Identity,
            Check::Organization,
            Check::TrustedAccess,
            Check::Events,
            Check::LandingZone,
            Check::Accounts,
        ];
        planned.extend((!arguments.no_roles).then_some(Check::Roles));
        planned.extend(arguments.stack_name.as_ref().map(|_| Check::Deployment));
        Self {
            aws,
            arguments,
            chart: RefCell::new(Chart::new(planned)),
            listing: RefCell::default(),
            tally: RefCell::default(),
        }
    }

    /// Looks at everything, or until `stop`, and gives what is known by then.
    pub async fn run(self, stop: impl Future<Output = io::Result<()>>) -> Chart {
        let interrupted = tokio::select! {
            () = self.look() => false,
            _ = stop => true,
        };
        if interrupted {
            self.chart
                .borrow_mut()
                .note_so_far(self.listing.borrow().unfinished());
            self.tell_roles(true);
        }
        let mut chart = self.chart.into_inner();
        chart.interrupted = interrupted;
        chart.close();
        chart
    }

    async fn look(&self) {
        let place = self.find_place().await;
        let (organization, (), (), landing_zone, ()) = tokio::join!(
            self.organization(&place),
            self.trusted_access(&place),
            self.events(&place),
            self.landing_zone(&place),
            self.deployment(&place),
        );
        self.compare_region(landing_zone.as_deref());
        let scope = Scope {
            landing_zone,
            region: place.region.clone(),
            management: organization,
            only: self.arguments.accounts.iter().cloned().collect(),
        };
        self.roles(&scope, &place).await;
    }

    async fn find_place(&self) -> Place {
        let region = self.arguments.region.as_deref();
        let (caller, finding) = identity::look(self.aws.identity(region)).await;
        self.chart.borrow_mut().note(finding);
        let partition = match &caller {
            Some(caller) => caller.partition.clone(),
            None => self.aws.likely_partition(region).to_owned(),
        };
        let events_region = organizations_region(&partition);
        Place {
            caller,
            partition,
            region: region.unwrap_or(events_region).to_owned(),
            events_region,
        }
    }

    async fn organization(&self, place: &Place) -> Option<String> {
        let client = self.aws.organizations(&place.region);
        let (management, finding) = organization::look(client, place.caller.as_ref()).await;
        self.chart.borrow_mut().note(finding);
        management
    }

    async fn trusted_access(&self, place: &Place) {
        let adapter = self.aws.trusted_access(&place.region);
        let finding = trusted_access::look(adapter).await;
        self.chart.borrow_mut().note(finding);
    }

    async fn events(&self, place: &Place) {
        let client = self.aws.cloudtrail(place.events_region);
        let finding = events::look(client, place.events_region).await;
        self.chart.borrow_mut().note(finding);
    }

    /// Gives the Region of the landing zone where there is one.
    async fn landing_zone(&self, place: &Place) -> Option<String> {
        let asked_for = &self.arguments.landing_zone_region;
        let named = asked_for.as_ref().or(self.arguments.region.as_ref());
        let own = self.aws.own_region();
        let region = named.cloned().or(own);
        let region = region.unwrap_or_else(|| place.region.clone());
        let (home, mut finding) = landing_zone::look(self.aws.landing_zone(&region)).await;
        // In most Regions the list has it wherever its home is, and only its home tells more.
        if let Some(home) = home.as_deref().filter(|home| *home != region) {
            finding = landing_zone::look(self.aws.landing_zone(home)).await.1;
        }
        self.chart.borrow_mut().note(finding);
        home
    }

    /// Where the function asks for the landing zone, against where it is.
    fn compare_region(&self, home: Option<&str>) {
        let Some(home) = home else { return };
        self.chart.borrow_mut().amend(Check::Deployment, |finding| {
            let asked = finding.facts.get("LANDING_ZONE_REGION").cloned();
            match asked.filter(|asked| asked != home) {
                Some(asked) => finding.problem(
                    format!("LANDING_ZONE_REGION is {asked}, and the landing zone's home Region is {home}."),
                    format!("Set the stack's parameter LandingZoneRegion to {home}."),
                ),
                None => finding,
            }
        });
    }

    async fn deployment(&self, place: &Place) {
        if let Some(name) = &self.arguments.stack_name {
            let (region, events) = (&place.region, place.events_region);
            let finding = deployment::look(&self.aws, name, region, events).await;
            self.chart.borrow_mut().note(finding);
        }
    }

    /// The list and the asking go on beside one another.
    async fn roles(&self, scope: &Scope, place: &Place) {
        let (sender, mut listed) = mpsc::channel(WAITING);
        let list = async {
            accounts::list(&self.aws, scope, sender, &self.listing).await;
            let finding = self.listing.borrow().finding(scope);
            self.chart.borrow_mut().note(finding);
        };
        if self.arguments.no_roles {
            let pass_over = async { while listed.recv().await.is_some() {} };
            tokio::join!(list, pass_over);
            return;
        }
        let round = Round {
            sts: self.aws.patient_sts(&place.region),
            partition: place.partition.clone(),
            role: self.arguments.role_name.clone(),
            concurrency: self.arguments.concurrency,
        };
        let progress = Progress::start();
        let known = || self.listing.borrow().count;
        tokio::join!(list, round.ask(listed, &self.tally, &progress, known));
        drop(progress);
        self.house_the_homeless(scope).await;
        self.tell_roles(false);
    }

    /// The OU of an account in trouble, where the list did not tell it: one call each, so not for all.
    async fn house_the_homeless(&self, scope: &Scope) {
        let homeless = self.tally.borrow().homeless();
        let client = self.aws.organizations(&scope.region);
        for account in homeless.iter().take(MOST_LOOKED_UP) {
            let Some(unit) = organization::parent(&client, account).await else {
                return;
            };
            self.tally.borrow_mut().house(account, &unit);
        }
    }

    /// Tells what the accounts answered, if that was begun at all.
    fn tell_roles(&self, stopped: bool) {
        let listing = self.listing.borrow();
        if self.arguments.no_roles || listing.count == 0 && stopped {
            return;
        }
        let mut tally = self.tally.borrow_mut();
        tally.name_units(&listing.units);
        let end = match (stopped, tally.gave_up(), listing.ended) {
            (true, _, _) => End::Stopped,
            (_, true, _) => End::GaveUp,
            (_, _, false) => End::ListBrokeOff,
            (_, _, true) => End::Complete,
        };
        let mut chart = self.chart.borrow_mut();
        chart.troubles = tally.troubles();
        chart.units = tally.by_unit();
        let role = &self.arguments.role_name;
        let listed = (listing.count, listing.all_need_the_role());
        chart.note(roles::finding(&tally, role, listed, end));
    }
}
