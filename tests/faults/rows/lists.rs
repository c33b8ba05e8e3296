//! Lists with unusual pages, and stale lists.

use serde_json::json;

use super::{WRITES_HAVE_NO_PAGES, partial, verify};
use crate::support::scripted_organizations::Reply;
use crate::table::{Fault, Row};

pub fn rows() -> Vec<Row> {
    use Fault::{Always, EmptyPages, Stale};
    let again = json!({"EnabledServicePrincipals": [], "NextToken": "again"});
    vec![
        partial(
            "repeated `NextToken`",
            Always(Reply::ok(&again)),
            [
                Some("InvalidResponse: L2"),
                Some("InvalidResponse: L3"),
                None,
                None,
                Some("InvalidResponse: L E L+"),
                None,
                None,
                None,
                None,
                None,
            ],
            WRITES_HAVE_NO_PAGES,
        ),
        partial(
            "`NextToken` without end",
            Always(Reply::EndlessTokens),
            [
                Some("InvalidResponse: L100"),
                Some("InvalidResponse: L100"),
                None,
                None,
                Some("InvalidResponse: L E L+"),
                None,
                None,
                None,
                None,
                None,
            ],
            WRITES_HAVE_NO_PAGES,
        ),
        partial(
            "empty pages",
            EmptyPages,
            [
                Some("Remediated: L2 E L2"),
                Some("Remediated: L3 E L3"),
                None,
                None,
                Some("Remediated: L2 E L2"),
                None,
                None,
                None,
                None,
                None,
            ],
            WRITES_HAVE_NO_PAGES,
        ),
        partial(
            "two stale reads",
            Stale(2),
            verify("Remediated: L E L3"),
            "only a read after a write is stale",
        ),
        partial(
            "stale reads, always",
            Stale(u32::MAX),
            verify("NotConverged: L E L+"),
            "only a read after a write is stale",
        ),
    ]
}
