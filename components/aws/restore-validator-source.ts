/**
 * The program of the validating function: it has the restored resource checked by the user's own function and reports
 * the result. Whatever goes wrong on the way is a failed restore; where not even that can be said, AWS Backup itself lets
 * the validation time out. It uses the SDK that the runtime of Lambda brings.
 */
export const validatorSource = `"use strict";
const { BackupClient, PutRestoreValidationResultCommand } = require("@aws-sdk/client-backup");
const { InvokeCommand, LambdaClient } = require("@aws-sdk/client-lambda");

exports.handler = async ({ detail }) => {
  const problem = await check(detail).then(
    () => undefined,
    (error) => String(error && error.message || error).slice(0, 1000),
  );
  await new BackupClient().send(
    new PutRestoreValidationResultCommand({
      RestoreJobId: detail.restoreJobId,
      ValidationStatus: problem === undefined ? "SUCCESSFUL" : "FAILED",
      ValidationStatusMessage: problem,
    }),
  );
  if (problem !== undefined && process.env.TOPIC_ARN) await tell(detail, problem);
  return problem === undefined ? "SUCCESSFUL" : "FAILED";
};

async function check({ restoreJobId, createdResourceArn, resourceType, recoveryPointArn }) {
  if (!createdResourceArn) throw new Error("the restore made no resource");
  const Payload = JSON.stringify({ restoreJobId, createdResourceArn, resourceType, recoveryPointArn });
  const abortSignal = AbortSignal.timeout(Number(process.env.CHECK_SECONDS) * 1000);
  const FunctionName = process.env.CHECK_FUNCTION_ARN;
  const answer = await new LambdaClient({ maxAttempts: 1 }).send(new InvokeCommand({ FunctionName, Payload }), { abortSignal });
  if (answer.FunctionError) throw new Error(Buffer.from(answer.Payload || []).toString("utf8") || answer.FunctionError);
}

async function tell({ restoreJobId, resourceType }, problem) {
  const { PublishCommand, SNSClient } = require("@aws-sdk/client-sns");
  const Subject = \`Restore test failed: \${resourceType}\`.slice(0, 100);
  const Message = \`\${restoreJobId}: \${problem}\`;
  await new SNSClient().send(new PublishCommand({ TopicArn: process.env.TOPIC_ARN, Subject, Message }));
}
`;
