import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

// The real engine would download both.
new aws.s3.BucketObject("remote", { bucket: "b", source: new pulumi.asset.RemoteAsset("https://example.invalid/a") });
new aws.s3.BucketObject("archive", {
  bucket: "b",
  source: new pulumi.asset.RemoteArchive("https://example.invalid/a.zip"),
});
new aws.s3.BucketObject("missing", { bucket: "b", source: new pulumi.asset.FileAsset("not-built-yet.zip") });
