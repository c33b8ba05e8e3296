//! The cases: what is done, and what a caller of AWS may expect.
//!
//! From the API reference of Organizations; that a repeated write is accepted stands nowhere in it, and is
//! what every implementation does. The function leans on it only where two of its runs meet.

use std::collections::BTreeSet;
use std::fmt::Debug;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_organizations::types::OrganizationFeatureSet;
use controltower_trusted_access::aws::control_tower::ControlTower;
use controltower_trusted_access::aws::organizations::Organizations;
use controltower_trusted_access::core::model::{CONTROL_TOWER, Mode, Observation, TrustedAccess};
use controltower_trusted_access::core::plan::Plan;
use controltower_trusted_access::core::ports::{ReadTrustedAccess, WriteTrustedAccess};
use controltower_trusted_access::core::reconcile::{Policy, Reconciler};
use tokio::time::{Duration, Instant};

use Act::{Create, Disable, Enable, EnableBy, Others, Pages, Read, Run};

/// One thing that is done; each is answered by one line.
pub enum Act {
    /// Creates the organization, with all features.
    Create,
    /// The function's own read.
    Read,
    /// The function's own write, towards enabled.
    Enable,
    /// The function's own write, towards disabled.
    Disable,
    /// A whole run that wants it enabled.
    Run,
    /// Somebody enables a principal past the function.
    EnableBy(&'static str),
    /// Which other principals are enabled.
    Others,
    /// How many principals each page has, where two are asked for.
    Pages,
}

/// A case, in an account without an organization.
pub struct Case {
    pub name: &'static str,
    pub acts: &'static [Act],
    pub expected: &'static [&'static str],
}

const SSO: Act = EnableBy("sso.amazonaws.com");
const CONFIG: Act = EnableBy("config.amazonaws.com");
const BOTH: &str = "config.amazonaws.com, sso.amazonaws.com";

pub const CASES: &[Case] = &[
    Case {
        name: "a new organization has no trusted access",
        acts: &[Create, Read],
        expected: &["accepted", "disabled"],
    },
    Case {
        name: "what is enabled is listed",
        acts: &[Create, Enable, Read],
        expected: &["accepted", "accepted", "enabled, with a date"],
    },
    Case {
        name: "enabling twice is accepted and changes nothing",
        acts: &[Create, Enable, Enable, Read],
        expected: &["accepted", "accepted", "accepted", "enabled, with a date"],
    },
    Case {
        name: "what is disabled is listed no more",
        acts: &[Create, Enable, Disable, Read],
        expected: &["accepted", "accepted", "accepted", "disabled"],
    },
    Case {
        name: "disabling twice is accepted and changes nothing",
        acts: &[Create, Enable, Disable, Disable, Read],
        expected: &["accepted", "accepted", "accepted", "accepted", "disabled"],
    },
    Case {
        name: "other principals stay as they are",
        acts: &[Create, SSO, CONFIG, Enable, Others, Disable, Others],
        expected: &[
            "accepted", "accepted", "accepted", "accepted", BOTH, "accepted", BOTH,
        ],
    },
    Case {
        name: "a run repairs, and the next one has nothing to do",
        acts: &[Create, SSO, CONFIG, Run, Run, Read, Others],
        expected: &[
            "accepted",
            "accepted",
            "accepted",
            "Remediated",
            "InSync",
            "enabled, with a date",
            BOTH,
        ],
    },
    Case {
        name: "a principal that does not exist is refused",
        acts: &[Create, EnableBy("nobody.amazonaws.com"), Others],
        expected: &["accepted", "InvalidInputException", "none"],
    },
    Case {
        name: "without an organization there is nothing to read",
        acts: &[Read],
        expected: &["NotInOrganization"],
    },
    Case {
        name: "without an organization nothing is enabled",
        acts: &[Enable],
        expected: &["NotInOrganization"],
    },
    Case {
        name: "without an organization nothing is disabled",
        acts: &[Disable],
        expected: &["NotInOrganization"],
    },
    Case {
        name: "a list longer than asked for comes in pages",
        acts: &[Create, SSO, CONFIG, Enable, Pages, Read],
        expected: &[
            "accepted",
            "accepted",
            "accepted",
            "accepted",
            "2, 1",
            "enabled, with a date",
        ],
    },
];

impl Case {
    /// One line for each act.
    pub async fn play(&self, client: &Client) -> Vec<String> {
        let mut seen = Vec::new();
        for act in self.acts {
            seen.push(act.play(client).await);
        }
        seen
    }
}

impl Act {
    async fn play(&self, client: &Client) -> String {
        match self {
            Create => {
                let create = client.create_organization();
                code(create.feature_set(OrganizationFeatureSet::All).send().await)
            }
            Read => read(client).await,
            Enable => write(client, TrustedAccess::Enabled).await,
            Disable => write(client, TrustedAccess::Disabled).await,
            Run => run(client).await,
            EnableBy(principal) => {
                let enable = client.enable_aws_service_access();
                code(enable.service_principal(*principal).send().await)
            }
            Others => others(client).await,
            Pages => pages(client).await,
        }
    }
}

fn code<T, E: ProvideErrorMetadata + Debug, R: Debug>(result: Result<T, SdkError<E, R>>) -> String {
    match result {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.code().map_or(format!("{error:?}"), str::to_owned),
    }
}

async fn read(client: &Client) -> String {
    match Organizations::new(client.clone(), BTreeSet::new())
        .read()
        .await
    {
        Ok(seen) if seen.enabled_since.is_some() => format!("{}, with a date", seen.state),
        Ok(seen) => seen.state.to_string(),
        Err(error) => format!("{:?}", error.kind),
    }
}

async fn write(client: &Client, target: TrustedAccess) -> String {
    let opposite = match target {
        TrustedAccess::Enabled => Observation::disabled(),
        TrustedAccess::Disabled => Observation::enabled(None),
    };
    let step = Plan::compare(target, &opposite)
        .step()
        .expect("they differ");
    match Organizations::new(client.clone(), BTreeSet::new())
        .write(step)
        .await
    {
        Ok(()) => "accepted".to_owned(),
        Err(error) => format!("{:?}", error.kind),
    }
}

async fn run(client: &Client) -> String {
    let reconciler = Reconciler {
        organizations: Organizations::new(client.clone(), BTreeSet::new()),
        landing_zone: None::<ControlTower>,
        policy: Policy {
            desired: TrustedAccess::Enabled,
            mode: Mode::Enforce,
            hold: None,
        },
    };
    let deadline = Instant::now() + Duration::from_mins(1);
    match reconciler.run(Mode::Enforce, deadline).await {
        Ok(done) => done.outcome.to_string(),
        Err(error) => error.error_type(),
    }
}

async fn others(client: &Client) -> String {
    let list = client
        .list_aws_service_access_for_organization()
        .send()
        .await;
    let list = list.expect("a list");
    let names = list.enabled_service_principals().iter();
    let names = names.filter_map(|entry| entry.service_principal());
    let mut names: Vec<_> = names.filter(|name| *name != CONTROL_TOWER).collect();
    names.sort_unstable();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

async fn pages(client: &Client) -> String {
    let list = client
        .list_aws_service_access_for_organization()
        .max_results(2);
    let mut pages = list.into_paginator().send();
    let mut lengths = Vec::new();
    while let Some(page) = pages.next().await {
        lengths.push(
            page.expect("a page")
                .enabled_service_principals()
                .len()
                .to_string(),
        );
    }
    lengths.join(", ")
}
