// Package evidence keeps what an auditor asks for: of each run of the scanner a
// bundle of files, with a manifest that records the size and the SHA-256 of every
// one of them and those of the manifest before it.
//
// Begin with [NewFolder] or [NewS3] for the place, [Write] for a run's bundle,
// [Latest] and [Open] to read the last one, and [Verify] to have it all checked.
// A place may hold the bundles of many accounts, each with a chain of its own:
//
//	111122223333/2026-11-22T09-00-00Z-5f0c2a91/report.csv
//	111122223333/2026-11-22T09-00-00Z-5f0c2a91/findings.json
//	111122223333/2026-11-22T09-00-00Z-5f0c2a91/manifest.json
//	111122223333/2026-11-22T09-00-00Z-5f0c2a91/manifest.json.minisig
//
// The names sort by time. Their last eight digits are the beginning of the
// SHA-256 of the manifest (with its own name left out), so that two runs in the
// same second have different names, and so that a manifest that was changed no
// longer fits its name.
//
// The manifest is written last. A bundle without one is unfinished: a run was
// interrupted. It is reported, nothing follows it, and nothing builds on it.
//
// # What it proves
//
// Hashes alone prove that nothing was changed by accident, and that whoever
// changed a bundle on purpose also rewrote every later one. What nobody can
// rewrite is what is kept elsewhere: a signature by a key that is not there, an
// S3 bucket with Object Lock, or a [Link] that somebody wrote down. Without one
// of them the newest bundles can be taken away unnoticed.
package evidence
