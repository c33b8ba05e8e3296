//! Service principals that can have trusted access, as of November 2026.
//!
//! Collected from AWS's guides of the services, from what organizations enable in public configurations, and from moto. AWS
//! links to the guides from the page below, and has no list of the names. The list may lack a name, which then counts as known
//! only in an organization that has it enabled.
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services_list.html>

/// The names without `.amazonaws.com`, in order.
const SERVICES: [&str; 56] = [
    "access-analyzer",
    "account",
    "auditmanager",
    "aws-artifact-account-sync",
    "backup",
    "billing-cost-management",
    "cloudtrail",
    "compute-optimizer",
    "config",
    "config-multiaccountsetup",
    "controltower",
    "cost-optimization-hub.bcm",
    "dashboard.eks",
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
    "q",
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
