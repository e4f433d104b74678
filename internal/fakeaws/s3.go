package fakeaws

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"time"
)

// Bucket is an S3 bucket to create.
type Bucket struct {
	Name   string
	Region string // default where the partition's global services are
	// Versioned keeps what is overwritten or deleted as older versions.
	Versioned bool
	// Retention turns Object Lock on, which makes the bucket Versioned, with a
	// default retention of that time in compliance mode: a version stays until
	// then, whoever asks. It can still be hidden behind a delete marker or a
	// newer version, as in S3.
	Retention time.Duration
	// ListPage makes pages of ListObjectsV2 smaller than asked for.
	ListPage int
	// ListDenied is a caller without s3:ListBucket: nobody tells it which keys
	// there are, so a missing one is AccessDenied and not NoSuchKey.
	ListDenied bool
}

// s3State is what S3 holds; its zero value is S3 without buckets.
type s3State struct{ buckets map[string]*s3Bucket }

type s3Bucket struct {
	Bucket
	objects map[string][]*s3Version // by key, the newest version last
}

// s3Version is one version of an object, or a delete marker.
type s3Version struct {
	id     string // "" in a bucket without versions
	marker bool
	body   []byte
	at     time.Time
	keep   time.Time   // until when Object Lock keeps it, zero for not at all
	header http.Header // what GetObject answers besides; checksums included
}

// CreateBucket makes an S3 bucket, or replaces the one of that name with all
// its objects. Calls may name it in the path or in the host, as the SDK chooses:
// in the path for an endpoint such as http://127.0.0.1:8080. For one such as
// http://localhost:8080 the SDK puts it into the host, which few machines
// resolve, so clients set UsePathStyle there.
func (c *Cloud) CreateBucket(b Bucket) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b.Region = cmp.Or(b.Region, c.homeRegion())
	b.Versioned = b.Versioned || b.Retention > 0
	if c.s3.buckets == nil {
		c.s3.buckets = map[string]*s3Bucket{}
	}
	c.s3.buckets[b.Name] = &s3Bucket{Bucket: b, objects: map[string][]*s3Version{}}
}

// Objects returns the objects of a bucket by key, as GetObject would. Changing
// them changes nothing. There is none in a bucket that does not exist.
func (c *Cloud) Objects(bucket string) map[string][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	objects := map[string][]byte{}
	if b := c.s3.buckets[bucket]; b != nil {
		for key := range b.objects {
			if v := b.current(key); v != nil {
				objects[key] = bytes.Clone(v.body)
			}
		}
	}
	return objects
}

// current is the version that a key stands for, nil if there is none or if it
// is deleted.
func (b *s3Bucket) current(key string) *s3Version {
	versions := b.objects[key]
	if len(versions) == 0 || versions[len(versions)-1].marker {
		return nil
	}
	return versions[len(versions)-1]
}

// put makes a version the newest of its key.
func (b *s3Bucket) put(c *Cloud, key string, v *s3Version) {
	v.at = c.opt.Now()
	if !b.Versioned {
		b.objects[key] = []*s3Version{v}
		return
	}
	v.id = c.base32(32)
	b.objects[key] = append(b.objects[key], v)
}

// bucketOf finds the bucket a call names, and that the caller is right about
// where it is and whose.
func (c *Cloud) bucketOf(q *request) (*s3Bucket, *apiError) {
	b := c.s3.buckets[q.s3.bucket]
	if b == nil {
		return nil, fail("NoSuchBucket", "The specified bucket does not exist")
	}
	if q.call.Region != b.Region {
		return nil, fail("AuthorizationHeaderMalformed", fmt.Sprintf(
			"The authorization header is malformed; the region '%s' is wrong; expecting '%s'", q.call.Region, b.Region))
	}
	if owner := q.s3.header.Get("X-Amz-Expected-Bucket-Owner"); owner != "" && owner != c.opt.AccountID {
		return nil, fail("AccessDenied", "Access Denied")
	}
	return b, nil
}
