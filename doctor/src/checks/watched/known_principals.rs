//! Service principals that can have trusted access, as of November 2026.
//!
//! Collected from the pages of AWS's list, and from what organizations enable in public Terraform configurations and in moto.
//! A missing name is no error: it counts as known as soon as an organization has it enabled.
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services_list.html>

/// The names without `.amazonaws.com`, in order.
const SERVICES: [&str; 55] = [
    "access-analyzer",
    "account",
    "auditmanager",
    "aws-artifact-account-sync",
    "backup",
    "billing-cost-management",
    "chatbot",
    "cloudtrail",
    "compute-optimizer",
    "config",
    "config-multiaccountsetup",
    "controltower",
    "cost-optimization-hub.bcm",
    "detective",
    "devops-guru",
    "ds",
    "ec2",
    "ec2.capacitymanager",
    "fms",
    "guardduty",
    "health",
    "iam",
    "inspector2",
    "ipam",
    "license-management.marketplace",
    "license-manager",
    "license-manager-linux-subscriptions",
    "license-manager.member-account",
    "macie",
    "malware-protection.guardduty",
    "member.org.stacksets.cloudformation",
    "mgn",
    "networkmanager",
    "notifications",
    "observabilityadmin",
    "opsdatasync.ssm",
    "private-marketplace.marketplace",
    "procurement-insights.marketplace",
    "ram",
    "reachabilityanalyzer.networkinsights",
    "report.declarative-policies-ec2",
    "reporting.trustedadvisor",
    "resource-explorer-2",
    "security-ir",
    "securityhub",
    "securitylake",
    "servicecatalog",
    "servicequotas",
    "ssm",
    "ssm-quicksetup",
    "sso",
    "storage-lens.s3",
    "tagpolicies.tag",
    "user-subscriptions",
    "wellarchitected",
];

/// Returns whether a service principal is known to have trusted access in some organization.
pub(super) fn is_known(principal: &str) -> bool {
    let name = principal.strip_suffix(".cn").unwrap_or(principal);
    let service = name.strip_suffix(".amazonaws.com");
    service.is_some_and(|service| SERVICES.binary_search(&service).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_of_the_list_is_found_and_another_one_is_not() {
        for service in SERVICES {
            assert!(is_known(&format!("{service}.amazonaws.com")), "{service}");
        }
        assert!(is_known("sso.amazonaws.com.cn"));
        for wrong in [
            "stacksets.cloudformation.amazonaws.com",
            "identitycenter.amazonaws.com",
            "sso",
            "sso.example.com",
        ] {
            assert!(!is_known(wrong), "{wrong}");
        }
    }
}
