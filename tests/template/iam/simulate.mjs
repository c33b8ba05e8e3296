// Reads simulations as a JSON array on stdin, and prints the result of each: Allowed, ExplicitlyDenied or ImplicitlyDenied.
// A policy, an action or a condition key that AWS does not have is an error.
import { runSimulation } from "@cloud-copilot/iam-simulate";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);

const results = [];
for (const simulation of JSON.parse(Buffer.concat(chunks).toString())) {
  const answer = await runSimulation(simulation, {});
  if (answer.resultType === "error") throw new Error(JSON.stringify(answer.errors));
  const ignored = answer.result.ignoredContextKeys;
  if (ignored.length > 0) throw new Error(`${simulation.request.action} does not have the keys ${ignored}`);
  results.push(answer.overallResult);
}
console.log(JSON.stringify(results));
