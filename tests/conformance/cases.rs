//! The cases: actions, and the results that AWS returns.
//!
//! The results are from the API reference of Organizations. It does not say that a repeated write is accepted, but every
//! emulator accepts one. The function depends on that only if two of its runs are concurrent.

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

use Action::{Create, Disable, Enable, EnableOther, Others, Pages, Read, Run};

/// An action. Each has a result of one line.
pub enum Action {
    /// Creates the organization, with all features.
    Create,
    /// The function's own read.
    Read,
    /// The function's own write, towards enabled.
    Enable,
    /// The function's own write, towards disabled.
    Disable,
    /// A whole run with the desired state enabled.
    Run,
    /// Enables a principal without the function.
    EnableOther(&'static str),
    /// Lists the other enabled principals.
    Others,
    /// Lists with at most two principals per page, and counts those on each page.
    Pages,
}

/// A case, in an account without an organization.
pub struct Case {
    pub name: &'static str,
    pub actions: &'static [Action],
    pub expected: &'static [&'static str],
}

const SSO: Action = EnableOther("sso.amazonaws.com");
const CONFIG: Action = EnableOther("config.amazonaws.com");
const BOTH: &str = "config.amazonaws.com, sso.amazonaws.com";

pub const CASES: &[Case] = &[
    Case {
        name: "a new organization has no trusted access",
        actions: &[Create, Read],
        expected: &["accepted", "disabled"],
    },
    Case {
        name: "an enabled principal is listed",
        actions: &[Create, Enable, Read],
        expected: &["accepted", "accepted", "enabled, with a date"],
    },
    Case {
        name: "enabling twice is accepted and changes nothing",
        actions: &[Create, Enable, Enable, Read],
        expected: &["accepted", "accepted", "accepted", "enabled, with a date"],
    },
    Case {
        name: "a disabled principal is not listed",
        actions: &[Create, Enable, Disable, Read],
        expected: &["accepted", "accepted", "accepted", "disabled"],
    },
    Case {
        name: "disabling twice is accepted and changes nothing",
        actions: &[Create, Enable, Disable, Disable, Read],
        expected: &["accepted", "accepted", "accepted", "accepted", "disabled"],
    },
    Case {
        name: "a write does not change other principals",
        actions: &[Create, SSO, CONFIG, Enable, Others, Disable, Others],
        expected: &[
            "accepted", "accepted", "accepted", "accepted", BOTH, "accepted", BOTH,
        ],
    },
    Case {
        name: "a run repairs, and the next one is in sync",
        actions: &[Create, SSO, CONFIG, Run, Run, Read, Others],
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
        name: "an unknown principal is rejected",
        actions: &[Create, EnableOther("unknown.amazonaws.com"), Others],
        expected: &["accepted", "InvalidInputException", "none"],
    },
    Case {
        name: "a read without an organization is an error",
        actions: &[Read],
        expected: &["NotInOrganization"],
    },
    Case {
        name: "enabling without an organization is an error",
        actions: &[Enable],
        expected: &["NotInOrganization"],
    },
    Case {
        name: "disabling without an organization is an error",
        actions: &[Disable],
        expected: &["NotInOrganization"],
    },
    Case {
        name: "a list longer than the page size has several pages",
        actions: &[Create, SSO, CONFIG, Enable, Pages, Read],
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
    /// Runs the actions, and returns their results.
    pub async fn run(&self, client: &Client) -> Vec<String> {
        let mut results = Vec::new();
        for action in self.actions {
            results.push(action.run(client).await);
        }
        results
    }
}

impl Action {
    async fn run(&self, client: &Client) -> String {
        match self {
            Create => {
                let create = client.create_organization();
                code(create.feature_set(OrganizationFeatureSet::All).send().await)
            }
            Read => read(client).await,
            Enable => write(client, TrustedAccess::Enabled).await,
            Disable => write(client, TrustedAccess::Disabled).await,
            Run => run(client).await,
            EnableOther(principal) => {
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
        Ok(observation) if observation.enabled_since.is_some() => {
            format!("{}, with a date", observation.state)
        }
        Ok(observation) => observation.state.to_string(),
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
