"""A support module: the properties of items, in the order that types.xsd wants them in.

Those that came after Exchange 2013 SP1 are not there, so that nobody leans on them.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ITEM: Final = _words(
    """
    MimeContent ItemId ParentFolderId ItemClass Subject Sensitivity Body Attachments
    DateTimeReceived Size Categories Importance InReplyTo IsSubmitted IsDraft IsFromMe IsResend
    IsUnmodified InternetMessageHeaders DateTimeSent DateTimeCreated ResponseObjects
    ReminderDueBy ReminderIsSet ReminderNextTime ReminderMinutesBeforeStart DisplayCc DisplayTo
    DisplayBcc HasAttachments ExtendedProperty Culture EffectiveRights LastModifiedName
    LastModifiedTime IsAssociated WebClientReadFormQueryString WebClientEditFormQueryString
    ConversationId UniqueBody Flag StoreEntryId InstanceKey NormalizedBody
    EntityExtractionResult PolicyTag ArchiveTag RetentionDate Preview
    RightsManagementLicenseData PredictedActionReasons IsClutter BlockStatus HasBlockedImages
    TextBody IconIndex
    """
)
_MESSAGE: Final = _words(
    """
    Sender ToRecipients CcRecipients BccRecipients IsReadReceiptRequested
    IsDeliveryReceiptRequested ConversationIndex ConversationTopic From InternetMessageId IsRead
    IsResponseRequested References ReplyTo ReceivedBy ReceivedRepresenting ApprovalRequestData
    VotingInformation ReminderMessageData
    """
)
_CALENDAR: Final = _words(
    """
    UID RecurrenceId DateTimeStamp Start End OriginalStart IsAllDayEvent LegacyFreeBusyStatus
    Location When IsMeeting IsCancelled IsRecurring MeetingRequestWasSent IsResponseRequested
    CalendarItemType MyResponseType Organizer RequiredAttendees OptionalAttendees Resources
    ConflictingMeetingCount AdjacentMeetingCount ConflictingMeetings AdjacentMeetings Duration
    TimeZone AppointmentReplyTime AppointmentSequenceNumber AppointmentState Recurrence
    FirstOccurrence LastOccurrence ModifiedOccurrences DeletedOccurrences MeetingTimeZone
    StartTimeZone EndTimeZone ConferenceType AllowNewTimeProposal IsOnlineMeeting
    MeetingWorkspaceUrl NetShowUrl StartWallClock EndWallClock StartTimeZoneId EndTimeZoneId
    JoinOnlineMeetingUrl OnlineMeetingSettings IsOrganizer ReminderMessageData
    """
)
_MEETING: Final = _words(
    """
    AssociatedCalendarItemId IsDelegated IsOutOfDate HasBeenProcessed ResponseType UID
    RecurrenceId DateTimeStamp IsOrganizer
    """
)
_REQUEST: Final = _words(
    """
    MeetingRequestType IntendedFreeBusyStatus Start End OriginalStart IsAllDayEvent
    LegacyFreeBusyStatus Location When IsMeeting IsCancelled IsRecurring MeetingRequestWasSent
    CalendarItemType MyResponseType Organizer RequiredAttendees OptionalAttendees Resources
    ConflictingMeetingCount AdjacentMeetingCount ConflictingMeetings AdjacentMeetings Duration
    TimeZone AppointmentReplyTime AppointmentSequenceNumber AppointmentState Recurrence
    FirstOccurrence LastOccurrence ModifiedOccurrences DeletedOccurrences MeetingTimeZone
    StartTimeZone EndTimeZone ConferenceType AllowNewTimeProposal IsOnlineMeeting
    MeetingWorkspaceUrl NetShowUrl ChangeHighlights StartWallClock EndWallClock StartTimeZoneId
    EndTimeZoneId
    """
)
_CANCELLATION: Final = _words(
    """
    Start End Location Recurrence CalendarItemType
    """
)
_RESPONSE: Final = _words(
    """
    Start End Location Recurrence CalendarItemType ProposedStart ProposedEnd
    """
)
_CONTACT: Final = _words(
    """
    FileAs FileAsMapping DisplayName GivenName Initials MiddleName Nickname CompleteName
    CompanyName EmailAddresses PhysicalAddresses PhoneNumbers AssistantName Birthday
    BusinessHomePage Children Companies ContactSource Department Generation ImAddresses JobTitle
    Manager Mileage OfficeLocation PostalAddressIndex Profession SpouseName Surname
    WeddingAnniversary HasPicture PhoneticFullName PhoneticFirstName PhoneticLastName Alias
    Notes Photo UserSMIMECertificate MSExchangeCertificate DirectoryId ManagerMailbox
    DirectReports
    """
)
_LIST: Final = _words(
    """
    DisplayName FileAs ContactSource Members
    """
)
_TASK: Final = _words(
    """
    ActualWork AssignedTime BillingInformation ChangeCount Companies CompleteDate Contacts
    DelegationState Delegator DueDate IsAssignmentEditable IsComplete IsRecurring IsTeamTask
    Mileage Owner PercentComplete Recurrence StartDate Status StatusDescription TotalWork
    """
)

# The properties of each kind of item, by the name of its element.
ORDER: Final = {
    "Item": _ITEM,
    "Message": _ITEM + _MESSAGE,
    "CalendarItem": _ITEM + _CALENDAR,
    "MeetingMessage": _ITEM + _MESSAGE + _MEETING,
    "MeetingRequest": _ITEM + _MESSAGE + _MEETING + _REQUEST,
    "MeetingResponse": _ITEM + _MESSAGE + _MEETING + _RESPONSE,
    "MeetingCancellation": _ITEM + _MESSAGE + _MEETING + _CANCELLATION,
    "Contact": _ITEM + _CONTACT,
    "DistributionList": _ITEM + _LIST,
    "Task": _ITEM + _TASK,
}

# What the item class of a new one is.
CLASSES: Final = {
    "Item": "IPM",
    "Message": "IPM.Note",
    "CalendarItem": "IPM.Appointment",
    "MeetingMessage": "IPM.Schedule.Meeting",
    "MeetingRequest": "IPM.Schedule.Meeting.Request",
    "MeetingResponse": "IPM.Schedule.Meeting.Resp.Pos",
    "MeetingCancellation": "IPM.Schedule.Meeting.Canceled",
    "Contact": "IPM.Contact",
    "DistributionList": "IPM.DistList",
    "Task": "IPM.Task",
}

# Which kinds have the properties that a prefix of a FieldURI names.
PREFIXES: Final = {
    "item": _ITEM,
    "message": _MESSAGE,
    "calendar": (*_CALENDAR, "IsResponseRequested"),
    "meeting": (*_MEETING, "ProposedStart", "ProposedEnd"),
    "meetingRequest": ("MeetingRequestType", "IntendedFreeBusyStatus", "ChangeHighlights"),
    "contacts": _CONTACT,
    "distributionlist": ("Members",),
    "task": _TASK,
    "postitem": ("PostedTime",),
}

# Since Exchange 2013; before, the schema of the server did not know them.
SINCE_2013: Final = frozenset(
    _words(
        """
        Flag StoreEntryId InstanceKey NormalizedBody EntityExtractionResult PolicyTag ArchiveTag
        RetentionDate Preview RightsManagementLicenseData PredictedActionReasons IsClutter
        BlockStatus HasBlockedImages TextBody IconIndex StartWallClock EndWallClock
        StartTimeZoneId EndTimeZoneId JoinOnlineMeetingUrl OnlineMeetingSettings IsOrganizer
        ReminderMessageData
        """
    )
)

# FindItem and SyncFolderItems do not answer with these: they are asked of GetItem.
# https://learn.microsoft.com/exchange/client-developer/exchange-web-services/property-sets-and-response-shapes-in-ews-in-exchange
NOT_FOUND: Final = frozenset(
    _words(
        """
        MimeContent Body Attachments InternetMessageHeaders UniqueBody NormalizedBody TextBody
        EntityExtractionResult ToRecipients CcRecipients BccRecipients ReplyTo RequiredAttendees
        OptionalAttendees Resources ConflictingMeetings AdjacentMeetings Recurrence
        FirstOccurrence LastOccurrence ModifiedOccurrences DeletedOccurrences
        OnlineMeetingSettings Members Photo ManagerMailbox DirectReports UserSMIMECertificate
        MSExchangeCertificate ChangeHighlights
        """
    )
)

# What base shape Default has beside the ids, of those that an item has.
DEFAULT: Final = frozenset(
    _words(
        """
        Subject Sensitivity Size HasAttachments Attachments Body ResponseObjects DateTimeSent
        DateTimeCreated ReminderDueBy ReminderIsSet Importance ToRecipients CcRecipients
        BccRecipients From IsRead IsReadReceiptRequested IsDeliveryReceiptRequested
        IsResponseRequested UID Start End OriginalStart LegacyFreeBusyStatus Location IsMeeting
        IsCancelled IsRecurring CalendarItemType MyResponseType Organizer RequiredAttendees
        OptionalAttendees Resources AppointmentReplyTime Recurrence MeetingRequestWasSent
        AssociatedCalendarItemId IsDelegated IsOutOfDate HasBeenProcessed ResponseType FileAs
        CompanyName EmailAddresses PhysicalAddresses PhoneNumbers ImAddresses JobTitle
        DisplayName CompleteName DueDate PercentComplete StartDate Status
        """
    )
)

# Clients may not write these, or not in this way.
READ_ONLY: Final = frozenset(
    _words(
        """
        ItemId ParentFolderId DateTimeReceived Size IsSubmitted IsFromMe IsUnmodified
        InternetMessageHeaders DateTimeSent DateTimeCreated ResponseObjects DisplayCc DisplayTo
        HasAttachments EffectiveRights LastModifiedName LastModifiedTime ConversationId
        UniqueBody TextBody Preview InstanceKey StoreEntryId IsAssociated
        WebClientReadFormQueryString WebClientEditFormQueryString ConversationTopic
        ConversationIndex ReceivedBy ReceivedRepresenting RecurrenceId DateTimeStamp
        OriginalStart When IsMeeting IsCancelled IsRecurring MeetingRequestWasSent
        CalendarItemType MyResponseType Organizer ConflictingMeetingCount AdjacentMeetingCount
        ConflictingMeetings AdjacentMeetings Duration TimeZone AppointmentReplyTime
        AppointmentSequenceNumber AppointmentState FirstOccurrence LastOccurrence
        ModifiedOccurrences DeletedOccurrences IsOnlineMeeting JoinOnlineMeetingUrl
        OnlineMeetingSettings IsOrganizer StartTimeZoneId EndTimeZoneId AssignedTime ChangeCount
        DelegationState Delegator IsAssignmentEditable IsComplete IsTeamTask Owner
        StatusDescription CompleteName HasPicture
        """
    )
)


def known(field: str, kind: str | None = None, *, since_2013: bool = True) -> bool:
    """Whether a FieldURI names a property of that kind of item, or of any."""
    prefix, _, name = field.partition(":")
    if name not in PREFIXES.get(prefix, ()):
        return False
    if name in SINCE_2013 and not since_2013:
        return False
    return kind is None or name in ORDER[kind]
