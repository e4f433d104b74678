package fakeaws

import (
	"net/http"
	"strconv"
	"strings"
)

// getObject serves GetObject and HeadObject: whole objects, without conditions.
func (c *Cloud) getObject(q *request) (any, *apiError) {
	b, err := c.bucketOf(q)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"} {
		if q.s3.header.Get(name) != "" {
			return nil, errNotImplemented()
		}
	}
	v, err := b.find(q)
	if err != nil {
		return nil, err
	}
	header := v.header.Clone()
	header.Set("Last-Modified", v.at.UTC().Format(http.TimeFormat))
	header.Set("Content-Length", strconv.Itoa(len(v.body)))
	if !strings.EqualFold(q.s3.header.Get("X-Amz-Checksum-Mode"), "ENABLED") {
		for name := range header {
			if strings.HasPrefix(name, "X-Amz-Checksum-") {
				header.Del(name)
			}
		}
	}
	return &s3Answer{status: http.StatusOK, header: header, body: v.body}, nil
}

// find is the version a call asks for, by default the current one.
func (b *s3Bucket) find(q *request) (*s3Version, *apiError) {
	key := q.s3.key
	if id := q.s3.query.Get("versionId"); id != "" {
		for _, v := range b.objects[key] {
			if v.id == id && v.marker {
				return nil, fail("MethodNotAllowed", "The specified method is not allowed against this resource.")
			}
			if v.id == id {
				return v, nil
			}
		}
		return nil, fail("NoSuchVersion", "The specified version does not exist.")
	}
	if v := b.current(key); v != nil {
		return v, nil
	}
	if b.ListDenied {
		return nil, fail("AccessDenied", "User: "+q.caller.arn+" is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::"+
			b.Name+"\" because no identity-based policy allows the s3:ListBucket action")
	}
	return nil, fail("NoSuchKey", "The specified key does not exist.")
}
