import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const existing = aws.s3.Bucket.get("existing", "existing-bucket");
const other = new pulumi.StackReference("organization/reads/other");
const made = new aws.s3.Bucket("made", { tags: { existing: existing.id } }, { dependsOn: [other] });
aws.s3.Bucket.get("of-a-made-id", made.id, undefined, { parent: made });
export const name = other.name;
