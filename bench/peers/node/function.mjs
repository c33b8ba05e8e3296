// The same reconcile with AWS's SDK for JavaScript, as one would write it, under the least runtime
// loop that serves it. Lambda's own loop costs more, so what is measured here flatters Node.

import http from "node:http";
import { setTimeout } from "node:timers/promises";
import {
  EnableAWSServiceAccessCommand,
  OrganizationsClient,
  paginateListAWSServiceAccessForOrganization,
} from "@aws-sdk/client-organizations";

const PRINCIPAL = "controltower.amazonaws.com";
const client = new OrganizationsClient({});

async function enabled() {
  for await (const page of paginateListAWSServiceAccessForOrganization({ client }, {})) {
    if (page.EnabledServicePrincipals.some((entry) => entry.ServicePrincipal === PRINCIPAL)) return true;
  }
  return false;
}

async function handle() {
  if (await enabled()) return { outcome: "InSync" };
  await client.send(new EnableAWSServiceAccessCommand({ ServicePrincipal: PRINCIPAL }));
  for (let read = 0; read < 20; read += 1) {
    await setTimeout(1000);
    if (await enabled()) return { outcome: "Remediated" };
  }
  throw new Error("the change does not show");
}

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true });

function runtime(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, agent, method, path: `/2018-06-01/runtime/invocation/${path}` });
    request.on("error", reject);
    request.on("response", async (response) => {
      const chunks = await response.toArray();
      resolve({ headers: response.headers, text: Buffer.concat(chunks).toString() });
    });
    request.end(body);
  });
}

for (;;) {
  const { headers, text } = await runtime("GET", "next");
  const answer = JSON.stringify(await handle(JSON.parse(text)));
  await runtime("POST", `${headers["lambda-runtime-aws-request-id"]}/response`, answer);
}
