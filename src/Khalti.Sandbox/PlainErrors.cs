using Microsoft.AspNetCore.Diagnostics;

namespace Khalti.Sandbox;

/// <summary>Error bodies for unknown paths and wrong methods.</summary>
internal static class PlainErrors
{
    internal static Task Describe(StatusCodeContext context)
    {
        HttpContext http = context.HttpContext;
        int status = http.Response.StatusCode;
        string detail = status switch
        {
            404 => "Not found.",
            405 => $"Method \"{http.Request.Method}\" not allowed.",
            _ => $"{status}",
        };
        return Errors.Detail(status, detail).ExecuteAsync(http);
    }
}
