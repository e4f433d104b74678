// Package render writes what a run learned and planned, in one of several
// formats. [Audit] writes the findings of one account and [Plan] the changes to
// its rules; both take plain data and an io.Writer, so that the same result
// gives the same bytes wherever it is printed.
//
// Every format is made of the same two documents, which are also the JSON
// contract: what the table shows is what the JSON holds, in the same order.
// Text that others chose, such as user names, rule names and errors, is never
// trusted. Terminal tables show control and invisible characters as escapes,
// CSV cannot become a spreadsheet formula, Markdown renders it as itself, and
// the HTML page, which loads nothing, runs no code but its own.
package render
