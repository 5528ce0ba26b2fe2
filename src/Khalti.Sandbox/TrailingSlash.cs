namespace Khalti.Sandbox;

/// <summary>Every path of Khalti's API ends in a slash. Without it, most clients lose their body in the redirect.</summary>
internal static class TrailingSlash
{
    internal static Task Insist(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        bool strict = context.RequestServices.GetRequiredService<Switchboard>().Current.SlashlessPost == SlashlessPath.Redirect;
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
