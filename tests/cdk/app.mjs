// A CDK app that deploys plain.yaml. docs/deploy.md shows the same.

import { App, Stack } from "aws-cdk-lib";
import { CfnInclude } from "aws-cdk-lib/cloudformation-include";

// Without the resource that reports the use of CDK to AWS.
const app = new App({ analyticsReporting: false });
const stack = new Stack(app, "controltower-trusted-access");
new CfnInclude(stack, "Template", { templateFile: process.env.TEMPLATE ?? "plain.yaml" });
