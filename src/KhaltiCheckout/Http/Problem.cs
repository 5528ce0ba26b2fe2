namespace KhaltiCheckout.Http;

/// <summary>Every answer of 400 and above (RFC 9457). Programs decide on <c>code</c>; the texts are for people.</summary>
/// <remarks>Only describes what <see cref="ProblemDocuments"/> writes.</remarks>
/// <param name="Type">A name for the kind of problem: <c>urn:khalti-checkout:problem:</c> and the code.</param>
/// <param name="Title">The kind of problem in a few words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What happened, whether anything was charged, and what to do.</param>
/// <param name="Code">Stable, for programs.</param>
/// <param name="TraceId">Stands beside every line that the server logged about this request.</param>
/// <param name="Errors">Only with <c>validation_failed</c>: what is wrong with which field of the request.</param>
public sealed record Problem(
    string Type, string Title, int Status, string Detail, string Code, string TraceId,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors = null);
