//! AWS partitions, and the Region in each that receives the events of AWS Organizations.

/// The Region prefixes of the partitions other than `aws`.
const REGION_PREFIXES: [(&str, &str); 3] = [
    ("us-gov-", "aws-us-gov"),
    ("cn-", "aws-cn"),
    ("eusc-", "aws-eusc"),
];

/// Returns the partition of a Region, by the prefix of its name.
pub fn partition_of_region(region: &str) -> &'static str {
    let known = REGION_PREFIXES
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix));
    known.map_or("aws", |(_, partition)| partition)
}

/// Returns the partition in an ARN, or `None` if `arn` is not one.
pub fn partition_of_arn(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    let is_arn = parts.next() == Some("arn");
    parts
        .next()
        .filter(|partition| is_arn && !partition.is_empty())
}

/// Returns the Region in which `EventBridge` receives the events of AWS Organizations.
///
/// AWS documents it for `aws`. For the other partitions it follows from the endpoints of Organizations.
/// <https://docs.aws.amazon.com/organizations/latest/userguide/security_cloudwatch-events.html>
pub fn organizations_event_region(partition: &str) -> &'static str {
    match partition {
        "aws-us-gov" => "us-gov-west-1",
        "aws-cn" => "cn-northwest-1",
        "aws-eusc" => "eusc-de-east-1",
        _ => "us-east-1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_one_region_for_organizations_events() {
        for (region, partition, event_region) in [
            ("eu-west-1", "aws", "us-east-1"),
            ("us-west-2", "aws", "us-east-1"),
            ("us-gov-east-1", "aws-us-gov", "us-gov-west-1"),
            ("cn-north-1", "aws-cn", "cn-northwest-1"),
            ("eusc-de-east-1", "aws-eusc", "eusc-de-east-1"),
        ] {
            assert_eq!(partition_of_region(region), partition, "{region}");
            assert_eq!(
                organizations_event_region(partition),
                event_region,
                "{region}"
            );
        }
    }

    #[test]
    fn an_arn_has_a_partition_and_other_text_has_none() {
        assert_eq!(
            partition_of_arn("arn:aws-us-gov:sts::111122223333:assumed-role/a/b"),
            Some("aws-us-gov")
        );
        for text in ["", "arn", "arn::sts", "urn:aws:sts"] {
            assert_eq!(partition_of_arn(text), None, "{text}");
        }
    }
}
