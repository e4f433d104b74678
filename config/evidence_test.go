package config

import (
	"strings"
	"testing"
)

func TestPlacesForEvidence(t *testing.T) {
	const noBucket, noPrefix, noPlace = "has no usable bucket name", "has no usable prefix", "is neither a folder nor a place in S3"
	prefix := strings.Repeat("p/", 255) + "pp"
	for archive, want := range map[string]string{
		"/var/lib/keywatch":                     "",
		"archive":                               "",
		".":                                     "",
		"../a b/ü":                              "",
		`C:\archive`:                            "",
		"./s3:x":                                "",
		"a~":                                    "",
		"s3://abc":                              "",
		"s3://abc/":                             "",
		"s3://" + strings.Repeat("b", 63):       "",
		"s3://1.2.3":                            "",
		"s3://a-b.c/p/date=2027-01-31/x!_.*'()": "",
		"s3://bucket/..a/.b":                    "",
		"s3://bucket/" + prefix:                 "",
		"s3://bucket/" + prefix + "/":           "",
		"s3://bucket/" + prefix + "p":           "has a prefix of more than 512 characters",
		"s3://":                                 noBucket,
		"s3:///":                                noBucket,
		"s3://ab":                               noBucket,
		"s3://" + strings.Repeat("b", 64):       noBucket,
		"s3://-bucket":                          noBucket,
		"s3://bucket-":                          noBucket,
		"s3://bucket.":                          noBucket,
		"s3://buc_ket":                          noBucket,
		"s3://bucket?versionId=1":               noBucket,
		"s3://{account}-evidence":               noBucket,
		"s3://1.2.3.4":                          noBucket,
		"s3://a..b/p":                           noBucket,
		"s3://bucket//":                         noPrefix,
		"s3://bucket//p":                        noPrefix,
		"s3://bucket/p//":                       noPrefix,
		"s3://bucket/p q":                       noPrefix,
		"s3://bucket/p\n":                       noPrefix,
		"s3://bucket/%20":                       noPrefix,
		"s3://bucket/{account}":                 noPrefix,
		"s3://bucket/./p":                       `has "." or ".." as a part`,
		"s3://bucket/p/..":                      `has "." or ".." as a part`,
		"S3://bucket":                           noPlace,
		"s3:bucket":                             noPlace,
		"https://bucket.s3.amazonaws.com/keywatch": noPlace,
		"file:///var/lib/keywatch":                 noPlace,
		"arn:aws:s3:::bucket":                      noPlace,
		" s3://bucket":                             "begins or ends with a space",
		"~":                                        `begins with "~"`,
		"~/archive":                                `begins with "~"`,
		"/srv/{region}":                            `holds "{region}", which is not filled in here`,
		"a\x00b":                                   "holds the control character U+0000",
		"a\nb":                                     "holds a line break",
		strings.Repeat("f", 4097):                  "is 4097 characters long",
	} {
		got := wrongArchive(archive)
		if !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%q: %s; want %q", archive, got, want)
		}
	}
}

func TestKMSKeys(t *testing.T) {
	alias := "alias/" + strings.Repeat("k", 250)
	for key, want := range map[string]bool{
		"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab":     true,
		"arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab": true,
		"arn:aws:kms:us-east-1:111122223333:" + alias:                                     true,
		"alias/aws/s3":                         true,
		alias:                                  true,
		alias + "k":                            false,
		"alias/":                               false,
		"1234abcd-12ab-34cd-56ef-1234567890ab": false,
		"arn:aws:kms:us-east-1:{account}:alias/evidence":                               false,
		"arn:aws:kms::111122223333:alias/evidence":                                     false,
		"arn:aws:kms:us-east-1:111122223333:grant/x":                                   false,
		"arn:aws:s3:::bucket":                                                          false,
		" alias/evidence":                                                              false,
		"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab/": false,
	} {
		_, err := Load("f", []byte("evidence: {archive: 's3://bucket', kms_key: '"+key+"'}"), nil)
		if (err == nil) != want {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// TestTheSigningKeyIsNotRepeated: what stands in the place of its path may be
// the key, and messages end up in logs.
func TestTheSigningKeyIsNotRepeated(t *testing.T) {
	for _, value := range []string{
		"RWRTY0IySECRET", "RWQAAEIySECRET", `untrusted comment: SECRET`, `untrusted comment: a\nRWRTY0IySECRET`,
		`x\nSECRET`, `SECRET\t`, " SECRET", "~/SECRET", "key:SECRET", strings.Repeat("SECRET", 1000),
	} {
		_, err := Load("f", []byte(`evidence: {archive: a, sign_key: "`+value+`"}`), nil)
		if err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q gives %v", value, err)
		}
	}
}

func TestPartsOfAnArchiveInS3(t *testing.T) {
	for archive, want := range map[string][2]string{
		"s3://bucket": {"bucket", ""}, "s3://bucket/": {"bucket", ""}, "s3://bucket/a/b": {"bucket", "a/b"}, "s3://bucket/a/b/": {"bucket", "a/b"},
		"folder/a": {}, "": {},
	} {
		settings, err := Load("f", []byte("evidence: {archive: '"+archive+"'}"), nil)
		if err != nil {
			t.Errorf("%s: %v", archive, err)
		}
		bucket, prefix, ok := settings.Evidence.S3()
		if got := [2]string{bucket, prefix}; got != want || ok != (bucket != "") {
			t.Errorf("%s is %q, %t", archive, got, ok)
		}
	}
}
