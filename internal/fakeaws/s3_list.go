package fakeaws

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// listObjects serves ListObjectsV2.
func (c *Cloud) listObjects(q *request) (any, *apiError) {
	b, err := c.bucketOf(q)
	if err != nil {
		return nil, err
	}
	if b.ListDenied {
		return nil, denied(c, q)
	}
	in := q.s3.query
	encode := func(s string) string { return s }
	switch kind := in.Get("encoding-type"); {
	case kind == "url":
		encode = encodeKey
	case kind != "":
		return nil, fail("InvalidArgument", "Invalid Encoding Method specified in Request")
	case in.Has("fetch-owner"):
		return nil, errNotImplemented()
	}
	size := 1000
	if in.Has("max-keys") {
		n, err := strconv.Atoi(in.Get("max-keys"))
		if err != nil || n < 0 {
			return nil, fail("InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647")
		}
		size = min(n, size)
	}
	if b.ListPage > 0 {
		size = min(size, b.ListPage)
	}
	token := in.Get("continuation-token")
	last, decodeErr := base64.StdEncoding.DecodeString(token)
	if decodeErr != nil || in.Has("continuation-token") && len(last) == 0 {
		return nil, fail("InvalidArgument", "The continuation token provided is incorrect")
	}
	entries := b.list(in.Get("prefix"), in.Get("delimiter"), in.Get("start-after"), string(last))
	page := entries[:min(size, len(entries))]
	// S3 answers MaxKeys=0 with nothing and says that nothing was cut off.
	truncated := len(page) < len(entries) && size > 0
	list := []*element{
		leaf("Name", b.Name), leaf("Prefix", encode(in.Get("prefix"))), leaf("KeyCount", len(page)), leaf("MaxKeys", size), leaf("IsTruncated", truncated),
	}
	for _, optional := range []*element{
		leaf("Delimiter", encode(in.Get("delimiter"))), leaf("StartAfter", encode(in.Get("start-after"))),
		leaf("ContinuationToken", token), leaf("EncodingType", in.Get("encoding-type")),
	} {
		if optional.value != "" {
			list = append(list, optional)
		}
	}
	if truncated {
		list = append(list, leaf("NextContinuationToken", base64.StdEncoding.EncodeToString([]byte(page[len(page)-1].name))))
	}
	for _, entry := range page {
		list = append(list, b.element(entry, encode))
	}
	return &s3Answer{status: http.StatusOK, body: s3XML("ListBucketResult", list...)}, nil
}

// listed is an entry of a list: a key, or what several of them begin with.
type listed struct {
	name   string
	common bool
}

// list gives the keys that begin with prefix, each cut behind the first
// delimiter that follows it, in S3's order, which is that of the bytes. It leaves
// out keys up to after, and what was listed up to last.
func (b *s3Bucket) list(prefix, delimiter, after, last string) []listed {
	var entries []listed
	for _, key := range slices.Sorted(maps.Keys(b.objects)) {
		rest, found := strings.CutPrefix(key, prefix)
		if !found || key <= after || b.current(key) == nil {
			continue
		}
		entry := listed{name: key}
		if head, _, cut := strings.Cut(rest, delimiter); cut && delimiter != "" {
			entry = listed{name: prefix + head + delimiter, common: true}
		}
		if entry.name > last && (len(entries) == 0 || entries[len(entries)-1] != entry) {
			entries = append(entries, entry)
		}
	}
	return entries
}

func (b *s3Bucket) element(entry listed, encode func(string) string) *element {
	if entry.common {
		return node("CommonPrefixes", leaf("Prefix", encode(entry.name)))
	}
	v := b.current(entry.name)
	return node("Contents",
		leaf("Key", encode(entry.name)), leaf("LastModified", v.at.UTC().Format("2006-01-02T15:04:05.000Z")),
		leaf("ETag", v.header.Get("ETag")), leaf("Size", len(v.body)), leaf("StorageClass", "STANDARD"))
}

// encodeKey is a key as encoding-type=url has it, for characters that XML lacks.
func encodeKey(key string) string {
	return strings.NewReplacer("%2F", "/", "+", "%20").Replace(url.QueryEscape(key))
}
