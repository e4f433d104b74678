package fakeaws

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// element is a piece of a Query answer. Values may be strings, bools, ints and
// times; nil and zero times are left out.
type element struct {
	name     string
	value    any
	children []*element
}

func leaf(name string, value any) *element { return &element{name: name, value: value} }

func node(name string, children ...*element) *element {
	return &element{name: name, children: children}
}

func (e *element) write(b *strings.Builder) {
	if e == nil {
		return
	}
	text := ""
	switch v := e.value.(type) {
	case nil:
		if e.children == nil && e.name == "" {
			return
		}
	case string:
		text = v
	case time.Time:
		if v.IsZero() {
			return
		}
		text = v.UTC().Format(time.RFC3339)
	default:
		text = fmt.Sprint(v)
	}
	b.WriteString("<" + e.name + ">")
	_ = xml.EscapeText(b, []byte(text)) // a strings.Builder takes everything
	for _, child := range e.children {
		child.write(b)
	}
	b.WriteString("</" + e.name + ">")
}

var namespaces = map[string]string{
	"iam": "https://iam.amazonaws.com/doc/2010-05-08/",
	"sts": "https://sts.amazonaws.com/doc/2011-06-15/",
	"sns": "http://sns.amazonaws.com/doc/2010-03-31/",
}

// xml renders an answer of the Query protocol.
func (a answer) xml() []byte {
	var b strings.Builder
	ns := namespaces[a.call.Service]
	if a.err != nil {
		side := "Sender"
		if a.err.status >= 500 {
			side = "Receiver"
		}
		fmt.Fprintf(&b, "<ErrorResponse xmlns=%q>", ns)
		node("Error", leaf("Type", side), leaf("Code", a.err.code), leaf("Message", a.err.message)).write(&b)
		leaf("RequestId", a.id).write(&b)
		b.WriteString("</ErrorResponse>")
		return []byte(b.String())
	}
	fmt.Fprintf(&b, "<%sResponse xmlns=%q>", a.call.Op, ns)
	if e, ok := a.result.(*element); ok && e != nil {
		e.name = a.call.Op + "Result"
		e.write(&b)
	}
	node("ResponseMetadata", leaf("RequestId", a.id)).write(&b)
	fmt.Fprintf(&b, "</%sResponse>", a.call.Op)
	return []byte(b.String())
}
