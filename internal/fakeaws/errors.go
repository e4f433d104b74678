package fakeaws

import (
	"net/http"
	"strings"
)

// apiError is an error as a service sends it.
type apiError struct {
	code, message string
	status        int
	// legacy is the code SQS adds in x-amzn-query-error for clients that know
	// it from the time of the Query protocol.
	legacy string
}

// statusOf gives the HTTP status AWS sends with an error code. Sources: the
// service models' httpStatusCode, 400 where they give none.
func statusOf(code string) int {
	switch code {
	case "AccessDenied", "InvalidClientTokenId", "MissingAuthenticationToken", "AuthorizationError", "SignatureDoesNotMatch":
		return http.StatusForbidden
	case "NoSuchEntity", "ReportInProgress", "NotFound":
		return http.StatusNotFound
	case "ReportNotPresent", "ReportExpired":
		return http.StatusGone
	case "LimitExceeded", "EntityAlreadyExists", "DeleteConflict":
		return http.StatusConflict
	case "ServiceFailure", "InternalException", "InternalFailure", "InternalServerException", "InternalError":
		return http.StatusInternalServerError
	case "ServiceUnavailable":
		return http.StatusServiceUnavailable
	case "TooManyRequestsException":
		return http.StatusTooManyRequests
	}
	return s3Status(code)
}

func fail(code, message string) *apiError {
	return &apiError{code: code, message: message, status: statusOf(code)}
}

func invalid(message string) *apiError { return fail("ValidationException", message) }

// throttled is what a service says when called too often.
func throttled(service string) *apiError {
	switch service {
	case "events":
		return fail("ThrottlingException", "Rate exceeded")
	case "sqs":
		return &apiError{code: "RequestThrottled", message: "Request is throttled.", status: http.StatusForbidden, legacy: "RequestThrottled"}
	case "account":
		return fail("TooManyRequestsException", "Too Many Requests")
	}
	if service == "s3" {
		return fail("SlowDown", "Please reduce your request rate.")
	}
	return fail("Throttling", "Rate exceeded")
}

// denied is what a service says to a caller without the permission.
func denied(c *Cloud, q *request) *apiError {
	if q.s3 != nil {
		return s3Denied(c, q)
	}
	action := q.call.Service + ":" + q.call.Op
	switch q.call.Service { // two services have ways of their own
	case "sns":
		action = "SNS:" + q.call.Op
	case "sqs":
		action = strings.ToLower(action)
	}
	message := "User: " + q.caller.arn + " is not authorized to perform: " + action +
		" on resource: " + c.deniedResource(q) + " because no identity-based policy allows the " + action + " action"
	switch q.call.Service {
	case "events":
		return fail("AccessDeniedException", message)
	case "account":
		return &apiError{code: "AccessDeniedException", message: message, status: http.StatusForbidden}
	case "sns":
		return fail("AuthorizationError", message)
	case "sqs":
		return &apiError{code: "AccessDeniedException", message: message, status: http.StatusForbidden, legacy: "AccessDenied"}
	}
	return fail("AccessDenied", message)
}

// deniedResource is the ARN a denial names; IAM actions without resource-level
// permissions name *.
func (c *Cloud) deniedResource(q *request) string {
	call := q.call
	switch call.Service {
	case "iam":
		if u := c.users[call.Resource]; u != nil {
			return u.arn
		}
		switch {
		case call.Resource == "" || call.Op == "GetAccountSummary":
			return "*"
		case call.Op == "GetAccessKeyLastUsed" && c.keys[call.Resource] != nil:
			return c.keys[call.Resource].owner.arn
		case call.Op == "GetAccessKeyLastUsed":
			return "*"
		}
		return c.arn("iam", "", "user/"+call.Resource)
	case "events":
		switch {
		case call.Op == "ListRules":
			return c.arn("events", call.Region, "rule/*")
		case call.Op == "DescribeEventBus" || call.Op == "PutEvents":
			return c.arn("events", call.Region, "event-bus/default")
		case call.Op == "TestEventPattern":
			return "*"
		case isARN(call.Resource):
			return call.Resource
		}
		return c.arn("events", call.Region, "rule/"+call.Resource)
	case "sqs":
		return c.arn("sqs", call.Region, call.Resource)
	case "account":
		return c.arn("account", "", "account")
	}
	if call.Resource == "" {
		return "*"
	}
	return call.Resource
}
