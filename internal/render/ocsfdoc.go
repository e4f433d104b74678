package render

// The objects below are those of OCSF 1.6.0, as far as they are used.

type ocsfEvent struct {
	ActivityID     int              `json:"activity_id"`
	ActivityName   string           `json:"activity_name"`
	CategoryUID    int              `json:"category_uid"`
	CategoryName   string           `json:"category_name"`
	ClassUID       int              `json:"class_uid"`
	ClassName      string           `json:"class_name"`
	TypeUID        int              `json:"type_uid"`
	TypeName       string           `json:"type_name"`
	SeverityID     int              `json:"severity_id"`
	Severity       string           `json:"severity"`
	StatusID       int              `json:"status_id"`
	Status         string           `json:"status"`
	StatusCode     string           `json:"status_code"`
	StatusDetail   string           `json:"status_detail"`
	ConfidenceID   int              `json:"confidence_id"`
	Confidence     string           `json:"confidence"`
	Message        string           `json:"message"`
	Time           int64            `json:"time"` // of the judgement
	TimeDT         string           `json:"time_dt,omitempty"`
	TimezoneOffset int              `json:"timezone_offset"`
	Metadata       ocsfMetadata     `json:"metadata"`
	Cloud          ocsfCloud        `json:"cloud"`
	FindingInfo    ocsfFindingInfo  `json:"finding_info"`
	Compliance     ocsfCompliance   `json:"compliance"`
	Remediation    ocsfRemediation  `json:"remediation"`
	Resources      []ocsfResource   `json:"resources"`
	Observables    []ocsfObservable `json:"observables"`
	Unmapped       ocsfUnmapped     `json:"unmapped"`
}

type ocsfMetadata struct {
	Version      string         `json:"version"`
	Profiles     []string       `json:"profiles"`
	Product      ocsfProductDoc `json:"product"`
	EventCode    string         `json:"event_code"`
	LogName      string         `json:"log_name"`
	LogProvider  string         `json:"log_provider"`
	OriginalTime string         `json:"original_time,omitempty"`
	TenantUID    string         `json:"tenant_uid"`
}

type ocsfProductDoc struct {
	Name       string `json:"name"`
	VendorName string `json:"vendor_name"`
	UID        string `json:"uid"`
	Version    string `json:"version,omitempty"`
}

type ocsfCloud struct {
	Provider  string      `json:"provider"`
	Account   ocsfAccount `json:"account"`
	Partition string      `json:"cloud_partition"`
	Region    string      `json:"region"`
}

type ocsfAccount struct {
	UID    string `json:"uid"`
	Type   string `json:"type"`
	TypeID int    `json:"type_id"`
}

type ocsfFindingInfo struct {
	UID            string       `json:"uid"`
	Title          string       `json:"title"`
	Desc           string       `json:"desc"`
	Types          []string     `json:"types"`
	Analytic       ocsfAnalytic `json:"analytic"`
	DataSources    []string     `json:"data_sources"`
	ProductUID     string       `json:"product_uid"`
	CreatedTime    int64        `json:"created_time"`
	CreatedTimeDT  string       `json:"created_time_dt,omitempty"`
	ModifiedTime   int64        `json:"modified_time"`
	ModifiedTimeDT string       `json:"modified_time_dt,omitempty"`
}

type ocsfAnalytic struct {
	UID    string `json:"uid"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	TypeID int    `json:"type_id"`
}

type ocsfCompliance struct {
	Control       string   `json:"control"`
	Standards     []string `json:"standards"`
	Requirements  []string `json:"requirements"`
	StatusID      int      `json:"status_id"`
	Status        string   `json:"status"`
	StatusDetails []string `json:"status_details"`
}

type ocsfRemediation struct {
	Desc       string   `json:"desc"`
	References []string `json:"references,omitempty"`
}

type ocsfResource struct {
	UID           string    `json:"uid"`
	Name          string    `json:"name"`
	Type          string    `json:"type"`
	Partition     string    `json:"cloud_partition"`
	Region        string    `json:"region"`
	RoleID        int       `json:"role_id"`
	Role          string    `json:"role"`
	CreatedTime   int64     `json:"created_time,omitempty"`
	CreatedTimeDT string    `json:"created_time_dt,omitempty"`
	Data          *ocsfData `json:"data,omitempty"`
}

// ocsfData is what the report says of a key or password.
type ocsfData struct {
	Slot            int    `json:"slot,omitempty"`
	CreatedAt       string `json:"created_at,omitempty"`
	LastUsedAt      string `json:"last_used_at,omitempty"`
	LastUsedService string `json:"last_used_service,omitempty"`
	LastUsedRegion  string `json:"last_used_region,omitempty"`
	AgeDays         *int   `json:"age_days,omitempty"`
	IdleDays        *int   `json:"idle_days,omitempty"`
}

type ocsfObservable struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	TypeID int    `json:"type_id"`
	Value  string `json:"value"`
}

// ocsfUnmapped is what OCSF has no place for.
type ocsfUnmapped struct {
	Severity     string        `json:"severity"` // the check's, also where it passed
	KeyState     string        `json:"key_state,omitempty"`
	Ambiguous    bool          `json:"ambiguous"`
	Exception    *exceptionDoc `json:"exception,omitempty"`
	ReportSHA256 string        `json:"report_sha256"`
	ReportSource string        `json:"report_source"`
	Complete     bool          `json:"complete"`
}
