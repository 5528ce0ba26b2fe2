namespace Khalti.Sandbox;

/// <summary>Redirects API paths without a trailing slash, as Khalti does; most clients lose the body in the redirect.</summary>
internal static class TrailingSlash
{
    internal static Task RedirectWithoutSlash(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        bool strict = context.RequestServices.GetRequiredService<BehaviourSettings>().Current.SlashlessPost == SlashlessPath.Redirect;
        bool ofApi = request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
            || request.Path.StartsWithSegments("/ebanking", StringComparison.Ordinal);
        if (!strict || !ofApi || request.Path.ToString().EndsWith('/'))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        context.Response.Headers.Location = $"{request.Path.ToUriComponent()}/{request.QueryString.ToUriComponent()}";
        return Task.CompletedTask;
    }
}
