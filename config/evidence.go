package config

import (
	"regexp"
	"strings"
)

const (
	s3Scheme    = "s3://"
	longestPath = 4096 // of a file on Linux
)

// S3 wants 3 to 63 characters for a bucket's name and at most 1,024 for a key;
// what stands below a prefix needs room too. A prefix has the characters that S3
// calls safe, and "=", so that no tool reads them another way.
const (
	bucketPattern = `[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]`
	prefixPattern = `[A-Za-z0-9!_.*'()=-]+(/[A-Za-z0-9!_.*'()=-]+)*`
	longestPrefix = 512
	// One letter before the colon would be a drive, as in C:\archive.
	otherPattern = `^[A-Za-z][A-Za-z0-9+.-]+:`
	kmsPattern   = `^(arn:aws[a-z-]*:kms:[a-z]{2,}(-[a-z]+)+-[0-9]+:[0-9]{12}:(key/[A-Za-z0-9-]{1,128}|alias/[A-Za-z0-9/_-]{1,250})|alias/[A-Za-z0-9/_-]{1,250})$`
)

var (
	bucketShape = regexp.MustCompile(`^` + bucketPattern + `$`)
	prefixShape = regexp.MustCompile(`^` + prefixPattern + `$`)
	kmsShape    = regexp.MustCompile(kmsPattern)
	ipAddress   = regexp.MustCompile(`^[0-9]+(\.[0-9]+){3}$`)
	otherPlace  = regexp.MustCompile(otherPattern)
	// A minisign secret key begins with its algorithms, encrypted or not.
	secretKey = regexp.MustCompile(`^(untrusted comment:|RWRTY0Iy|RWQAAEIy)`)
)

// Evidence says what each run keeps for auditors. The zero value keeps nothing.
type Evidence struct {
	// Archive is empty, a folder's path as written, or s3://bucket[/prefix]
	// without "/" at its end.
	Archive string `yaml:"archive" doc:"Where evidence is kept: a folder, or s3://bucket/prefix. Empty: nowhere."`
	// Region is that of the bucket, empty for the home Region. Region, SignKey and
	// KMSKey are empty where Archive is; Region and KMSKey also where Archive is a
	// folder. KMSKey has no placeholders.
	Region  string `yaml:"region" doc:"The Region of the bucket. Empty: the home Region."`
	SignKey string `yaml:"sign_key" doc:"Path of the minisign secret key file that signs each manifest. Empty: no signature."`
	KMSKey  string `yaml:"kms_key" doc:"ARN or alias of the KMS key that encrypts what is kept in S3 (SSE-KMS). Empty: the bucket's own encryption."`
}

// S3 splits an Archive in S3 into bucket and prefix, which may be empty. ok is
// false for a folder and for none.
func (e Evidence) S3() (bucket, prefix string, ok bool) {
	place, ok := strings.CutPrefix(e.Archive, s3Scheme)
	bucket, prefix, _ = strings.Cut(place, "/")
	if !ok {
		return "", "", false
	}
	return bucket, prefix, true
}

func (l *loading) validateEvidence(e *Evidence) {
	const archive, region, sign, kms = "evidence.archive", "evidence.region", "evidence.sign_key", "evidence.kms_key"
	if problem := wrongArchive(e.Archive); e.Archive != "" && problem != "" {
		l.refuseValue(archive, "%s", problem)
	}
	place, inS3 := strings.CutPrefix(e.Archive, s3Scheme)
	if inS3 { // People copy a prefix with its slash; it is the same archive.
		e.Archive = s3Scheme + strings.TrimSuffix(place, "/")
	}
	if e.SignKey != "" {
		l.validateSignKey(sign, e.SignKey)
	}
	if e.KMSKey != "" && !kmsShape.MatchString(e.KMSKey) {
		l.refuseValue(kms, "%s is not the ARN or the alias of a KMS key: write one like arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab or alias/evidence", quote(e.KMSKey))
	}
	if e.Region != "" {
		l.region(region, e.Region)
	}
	if !l.sound(archive) {
		return
	}
	for _, key := range []struct{ path, value string }{{region, e.Region}, {sign, e.SignKey}, {kms, e.KMSKey}} {
		if key.value != "" && e.Archive == "" {
			l.refuseValue(key.path, "is set, but evidence.archive is not, so nothing is kept: set it too, or take this out")
		}
	}
	if inS3 {
		return
	}
	const folder = ", but evidence.archive is a folder: write s3://bucket/prefix there, or take this out"
	if e.KMSKey != "" {
		l.refuseValue(kms, "encrypts what is kept in S3"+folder)
	}
	if e.Region != "" {
		l.refuseValue(region, "is that of a bucket"+folder)
	}
}

// validateSignKey never repeats the value: it may be the key itself.
func (l *loading) validateSignKey(path, value string) {
	if secretKey.MatchString(value) {
		l.refuseValue(path, "holds a secret key: save it in a file that only keywatch can read, and write the path of the file")
	} else if problem := wrongPath(value, "write the path of a minisign secret key file"); problem != "" {
		l.refuseValue(path, "%s", problem)
	}
}

// wrongArchive says what is wrong with a place for evidence, as a sentence; ""
// means nothing.
func wrongArchive(archive string) string {
	const like = ": write one like s3://evidence-111122223333/keywatch"
	place, inS3 := strings.CutPrefix(archive, s3Scheme)
	switch {
	case !inS3 && otherPlace.MatchString(archive):
		return quote(archive) + " is neither a folder nor a place in S3: write a path, or s3://bucket/prefix"
	case !inS3:
		return wrongPath(archive, "write the path of a folder")
	}
	bucket, prefix, found := strings.Cut(strings.TrimSuffix(place, "/"), "/")
	switch {
	case !bucketShape.MatchString(bucket), strings.Contains(bucket, ".."), ipAddress.MatchString(bucket):
		return quote(archive) + ` has no usable bucket name: allowed are 3 to 63 lower-case letters, digits, "-" and single ".", the first and last a letter or digit, and no IP address` + like
	case !found:
		return ""
	case !prefixShape.MatchString(prefix):
		return quote(archive) + " has no usable prefix: allowed are letters, digits and !_.*'()=- in parts with one \"/\" between them" + like
	case strings.Contains("/"+prefix+"/", "/./"), strings.Contains("/"+prefix+"/", "/../"):
		return quote(archive) + ` has "." or ".." as a part, which means nothing in S3: take it out`
	case len(prefix) > longestPrefix:
		return quote(archive) + " has a prefix of more than 512 characters: shorten it"
	}
	return ""
}

// wrongPath says what is wrong with the path of a file or folder, without
// repeating it. advice says what to write.
func wrongPath(path, advice string) string {
	if problem := wrongLine(path, longestPath, advice); problem != "" {
		return problem
	}
	switch {
	case strings.TrimSpace(path) != path:
		return "begins or ends with a space: take it out"
	case otherPlace.MatchString(path):
		return "is no path: " + advice
	case placeholder.MatchString(path):
		return "holds " + quote(placeholder.FindString(path)) + ", which is not filled in here: take it out"
	case path == "~", strings.HasPrefix(path, "~/"):
		return `begins with "~", which only a shell reads: write the whole path`
	}
	return ""
}
