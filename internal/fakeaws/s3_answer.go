package fakeaws

import (
	"net/http"
	"strings"
)

// s3Status gives the HTTP status of S3's errors, 400 for all others.
func s3Status(code string) int {
	switch code {
	case "InvalidAccessKeyId":
		return http.StatusForbidden
	case "NoSuchBucket", "NoSuchKey", "NoSuchVersion":
		return http.StatusNotFound
	case "MethodNotAllowed":
		return http.StatusMethodNotAllowed
	case "ConditionalRequestConflict", "OperationAborted":
		return http.StatusConflict
	case "PreconditionFailed":
		return http.StatusPreconditionFailed
	case "NotImplemented":
		return http.StatusNotImplemented
	case "SlowDown":
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

// s3Denied is what S3 says to a caller without the permission, whose name is not
// always that of the operation.
func s3Denied(c *Cloud, q *request) *apiError {
	action := "s3:" + q.call.Op
	switch q.call.Op {
	case "HeadObject":
		action = "s3:GetObject"
	case "ListObjectsV2":
		action = "s3:ListBucket"
	}
	return fail("AccessDenied", "User: "+q.caller.arn+" is not authorized to perform: "+action+
		" on resource: \"arn:"+c.opt.Partition+":s3:::"+q.call.Resource+"\" because no identity-based policy allows the "+action+" action")
}

// noteS3 is the trace that a call to S3 leaves: the key's last use, in IAM without
// a Region. Calls for objects are data events, and no trail here logs those.
func (c *Cloud) noteS3(k *key) {
	k.note(use{at: second(c.opt.Now()), region: "N/A", service: "s3"})
}

// writeS3 sends an answer of S3. The server leaves the body of an answer to HEAD
// out, also that of an error, so that there is nothing but its status to go by.
func (a answer) writeS3(w http.ResponseWriter) {
	w.Header().Set("X-Amz-Request-Id", a.id)
	w.Header().Set("X-Amz-Id-2", a.id+"-host")
	if a.err != nil {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(a.err.status)
		_, _ = w.Write(s3XML("Error", leaf("Code", a.err.code), leaf("Message", a.err.message),
			leaf("Resource", "/"+a.call.Resource), leaf("RequestId", a.id), leaf("HostId", a.id+"-host")))
		return
	}
	ok := a.result.(*s3Answer)
	w.Header().Set("Content-Type", "application/xml")
	for name, values := range ok.header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	w.WriteHeader(ok.status)
	_, _ = w.Write(ok.body) // fails if the client has gone
}

// s3XML is a document of S3. Its errors have no namespace.
func s3XML(name string, children ...*element) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<" + name)
	if name != "Error" {
		b.WriteString(` xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`)
	}
	b.WriteString(">")
	for _, child := range children {
		child.write(&b)
	}
	b.WriteString("</" + name + ">")
	return []byte(b.String())
}
