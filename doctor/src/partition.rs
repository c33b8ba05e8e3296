//! Where the events of AWS Organizations arrive, which depends on the partition.

/// Names of Regions in the partitions other than `aws` start with one of these.
const STARTS: [(&str, &str); 2] = [("us-gov-", "aws-us-gov"), ("cn-", "aws-cn")];

/// The partition of a Region, as far as its name tells.
pub fn of_region(region: &str) -> &'static str {
    let known = STARTS.iter().find(|(start, _)| region.starts_with(start));
    known.map_or("aws", |(_, partition)| partition)
}

/// The partition that an ARN names.
pub fn of_arn(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    let is_arn = parts.next() == Some("arn");
    parts
        .next()
        .filter(|partition| is_arn && !partition.is_empty())
}

/// The Region in which EventBridge receives the events of Organizations.
///
/// Documented for `aws`; for the other two it follows from the endpoints of Organizations.
/// <https://docs.aws.amazon.com/organizations/latest/userguide/security_cloudwatch-events.html>
pub fn organizations_region(partition: &str) -> &'static str {
    match partition {
        "aws-us-gov" => "us-gov-west-1",
        "aws-cn" => "cn-northwest-1",
        _ => "us-east-1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_own_region_of_events() {
        for (region, partition, events) in [
            ("eu-west-1", "aws", "us-east-1"),
            ("us-west-2", "aws", "us-east-1"),
            ("us-gov-east-1", "aws-us-gov", "us-gov-west-1"),
            ("cn-north-1", "aws-cn", "cn-northwest-1"),
        ] {
            assert_eq!(of_region(region), partition, "{region}");
            assert_eq!(organizations_region(partition), events, "{region}");
        }
    }

    #[test]
    fn an_arn_names_its_partition_and_other_text_none() {
        assert_eq!(
            of_arn("arn:aws-us-gov:sts::111122223333:assumed-role/a/b"),
            Some("aws-us-gov")
        );
        for text in ["", "arn", "arn::sts", "urn:aws:sts"] {
            assert_eq!(of_arn(text), None, "{text}");
        }
    }
}
