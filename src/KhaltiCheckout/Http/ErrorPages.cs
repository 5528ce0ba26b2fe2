namespace KhaltiCheckout.Http;

/// <summary>
/// Answers a person who opens an address in a browser with a page. Programs, and whatever asks the API, get the problem document.
/// </summary>
internal sealed class ErrorPages(PageFiles files) : IProblemDetailsWriter
{
    private static readonly string[] ForPrograms = ["/api", "/health", "/openapi", "/metrics"];

    public bool CanWrite(ProblemDetailsContext context) =>
        PageFor(context.HttpContext.Response.StatusCode) is not null && IsNavigation(context.HttpContext.Request);

    public ValueTask WriteAsync(ProblemDetailsContext context) =>
        new(PageFor(context.HttpContext.Response.StatusCode)!.SendAsync(context.HttpContext, "no-store"));

    private CompressedContent? PageFor(int status) => status switch
    {
        StatusCodes.Status404NotFound => files.Find("/404.html"),
        StatusCodes.Status429TooManyRequests or >= StatusCodes.Status500InternalServerError => files.Find("/error.html"),
        _ => null,
    };

    // Of what a page asks for, only the page itself is asked for as HTML.
    private static bool IsNavigation(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.GetTypedHeaders()
            .Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) && type.Quality is null or > 0)
        && !Array.Exists(ForPrograms, prefix => request.Path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase));
}
