namespace KhaltiCheckout.Http;

/// <summary>Lets every GET endpoint answer HEAD as well, without a body, except those marked <see cref="GetOnly"/>.</summary>
internal static class HeadRequests
{
    /// <summary>A group for all routes: the rule holds for what is mapped in it.</summary>
    internal static RouteGroupBuilder MapGroupWithHead(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder routes = app.MapGroup("");
        ((IEndpointConventionBuilder)routes).Finally(static endpoint =>
        {
            if (endpoint.Metadata.OfType<HttpMethodMetadata>().LastOrDefault() is { HttpMethods: ["GET"] } get
                && !endpoint.Metadata.OfType<GetOnly>().Any())
            {
                endpoint.Metadata[endpoint.Metadata.IndexOf(get)] = new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]);
            }
        });
        return routes;
    }
}

/// <summary>Marks a GET endpoint that does more than read, so that a link preview or a monitor sets nothing off.</summary>
internal sealed class GetOnly;
