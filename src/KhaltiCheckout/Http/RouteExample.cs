namespace KhaltiCheckout.Http;

/// <summary>What the API's document shows of one route besides what it knows by itself. Stands beside the route.</summary>
internal sealed class RouteExample
{
    /// <summary>A body, JSON.</summary>
    internal string? Request { get; init; }

    /// <summary>What the <c>{id}</c> of the address is.</summary>
    internal IdExample? Id { get; init; }

    /// <summary>What each success means, and one, JSON; null for an answer without a body.</summary>
    internal Dictionary<int, (string Meaning, string? Example)> Answers { get; } = [];

    /// <summary>The codes behind a status, where they are not those of every route; the first is shown.</summary>
    internal Dictionary<int, string[]> Codes { get; } = [];

    /// <summary>The status that comes without the header that it has elsewhere.</summary>
    internal int? WithoutHeader { get; init; }
}

/// <param name="Description">What it is the id of.</param>
internal sealed record IdExample(string Description, string Example);

/// <summary>Something that a request may bring in a header, for the API's document.</summary>
/// <param name="Description">What it does.</param>
internal sealed record HeaderParameter(string Name, string Description, int MinLength, int MaxLength, string Example);

internal static class RouteExamples
{
    /// <param name="example">Is made when the document is, and not when the program starts.</param>
    internal static RouteHandlerBuilder WithExample(this RouteHandlerBuilder route, Func<RouteExample> example) =>
        route.WithMetadata(new Source(example));

    /// <summary>Null for a route without one.</summary>
    internal static RouteExample? Of(IEnumerable<object> metadata) => metadata.OfType<Source>().LastOrDefault()?.Example();

    private sealed record Source(Func<RouteExample> Example);
}
