//! The column *retry helps* of the error reference.

use controltower_trusted_access::core::error::ApiErrorKind;

use super::page;

const OF_AWS: [ApiErrorKind; 7] = [
    ApiErrorKind::AccessDenied,
    ApiErrorKind::NotInOrganization,
    ApiErrorKind::Rejected,
    ApiErrorKind::Throttled,
    ApiErrorKind::Conflict,
    ApiErrorKind::Unavailable,
    ApiErrorKind::InvalidResponse,
];

#[test]
fn retry_helps_for_exactly_the_transient_errors() {
    let rows = page("docs/reference/errors.md").rows("Errors");
    for kind in OF_AWS {
        let name = format!("`{kind}`");
        let row = rows.iter().find(|row| row[0] == name).expect(&name);
        let helps = kind.is_transient();
        assert_eq!(row[2], if helps { "yes" } else { "no" }, "{name}");
    }
}
