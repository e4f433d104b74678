package evidence

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// Store is where bundles are kept, under names with slashes. [Folder] and [S3]
// are stores.
type Store interface {
	// Put writes a file that is not there yet, all of it or nothing. The error
	// is fs.ErrExist if there is one of that name, which stays as it is.
	Put(ctx context.Context, name string, data []byte) error
	// Get reads a file. The error is fs.ErrNotExist if there is none.
	Get(ctx context.Context, name string) ([]byte, error)
	// List gives the names that begin with prefix, sorted and different. With
	// a delimiter each one is cut behind the first that follows the prefix.
	List(ctx context.Context, prefix, delimiter string) ([]string, error)
	// String says in messages where this is.
	String() string
}

// Location is where an archive is: in a folder, or in a bucket below a prefix.
type Location struct {
	Folder         string
	Bucket, Prefix string
}

// ParseLocation reads a folder's path or s3://bucket/prefix.
func ParseLocation(text string) (Location, error) {
	scheme, rest, found := strings.Cut(text, "://")
	switch {
	case text == "":
		return Location{}, fmt.Errorf("evidence: no archive is named: give a folder, or s3://bucket/prefix")
	case !found:
		return Location{Folder: text}, nil
	case scheme != "s3":
		return Location{}, fmt.Errorf("evidence: %q is no archive: give a folder, or s3://bucket/prefix", text)
	}
	bucket, prefix, _ := strings.Cut(rest, "/")
	if u, err := url.Parse(text); err != nil || u.Host != bucket || u.RawQuery != "" || u.Fragment != "" || bucket == "" || strings.Contains(prefix, "//") {
		return Location{}, fmt.Errorf("evidence: %q names no place in a bucket: write s3://bucket or s3://bucket/prefix", text)
	}
	return Location{Bucket: bucket, Prefix: strings.Trim(prefix, "/")}, nil
}
