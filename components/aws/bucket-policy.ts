import * as pulumi from "@pulumi/pulumi";

/**
 * Denies what no client may do: plain HTTP, TLS below 1.2, and an explicit encryption header that contradicts the
 * bucket's own. Clients that send no header get the bucket's default. Other accounts may only replicate into it.
 */
export function bucketPolicy(
  arn: pulumi.Input<string>,
  kmsKeyArn?: pulumi.Input<string>,
  replicasFrom: readonly string[] = [],
): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      deny("DenyInsecureTransport", "s3:*", arn, true, { Bool: { "aws:SecureTransport": "false" } }),
      deny("DenyOldTls", "s3:*", arn, true, { NumericLessThan: { "s3:TlsVersion": "1.2" } }),
      deny("DenyOtherEncryption", "s3:PutObject", arn, false, {
        StringNotEquals: { [encryptionHeader]: kmsKeyArn === undefined ? "AES256" : "aws:kms" },
        Null: { [encryptionHeader]: "false" },
      }),
      ...(kmsKeyArn === undefined
        ? []
        : [
            deny("DenyOtherKey", "s3:PutObject", arn, false, {
              StringNotEquals: { [keyHeader]: kmsKeyArn },
              Null: { [keyHeader]: "false" },
            }),
          ]),
      ...(replicasFrom.length === 0 ? [] : replicaStatements(arn, replicasFrom)),
    ],
  });
}

/** What the role of another account needs here; which role that is, its own account decides. */
function replicaStatements(arn: pulumi.Input<string>, accounts: readonly string[]): object[] {
  const allow = { Effect: "Allow", Principal: { AWS: accounts } };
  return [
    {
      Sid: "AllowReplicas",
      ...allow,
      Action: ["s3:ReplicateObject", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner"],
      Resource: pulumi.interpolate`${arn}/*`,
    },
    {
      Sid: "AllowReplicationChecks",
      ...allow,
      Action: ["s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration"],
      Resource: arn,
    },
  ];
}

const encryptionHeader = "s3:x-amz-server-side-encryption";
const keyHeader = "s3:x-amz-server-side-encryption-aws-kms-key-id";

function deny(id: string, action: string, arn: pulumi.Input<string>, bucketToo: boolean, condition: object): object {
  const objects = pulumi.interpolate`${arn}/*`;
  return {
    Sid: id,
    Effect: "Deny",
    Principal: "*",
    Action: action,
    Resource: bucketToo ? [arn, objects] : [objects],
    Condition: condition,
  };
}
