namespace KhaltiCheckout.Model;

/// <summary>What Khalti answered when it was asked about all links of an order that may have been paid without our knowing.</summary>
/// <param name="since">When the asking began: what another request has asked since then counts, too.</param>
internal sealed class LinkAnswers(DateTimeOffset since)
{
    private readonly Dictionary<string, bool> _answered = new(StringComparer.Ordinal);

    internal void Add(Payment link, Finding finding) =>
        _answered[link.Id] = finding.Kind is not (FindingKind.Unanswered or FindingKind.Undecided);

    internal void AddUnasked(Payment link) => _answered[link.Id] = false;

    internal bool WasAskedAbout(Payment link) => _answered.ContainsKey(link.Id);

    /// <summary>Whether it is known how the link stands now.</summary>
    internal bool Cover(Payment link) => _answered.TryGetValue(link.Id, out bool answered) ? answered : link.IsAnsweredSince(since);
}
