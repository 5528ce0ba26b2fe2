using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Http;

/// <summary>Where the program listens, and how it says that it can't start.</summary>
internal static class Hosting
{
    /// <summary>Listens there unless a setting, an environment variable or the command line says where.</summary>
    internal static void ListenByDefaultOn(this WebApplicationBuilder builder, string url)
    {
        // As the weakest of all settings: UseUrls would overrule a host that chooses its own port, as a test does.
        string[] settings = ["http_ports", "https_ports", "Kestrel:Endpoints"];
        if (Array.TrueForAll(settings, setting => !builder.Configuration.GetSection(setting).Exists()))
        {
            ((IConfigurationBuilder)builder.Configuration).Sources.Insert(
                0, new MemoryConfigurationSource { InitialData = [new(WebHostDefaults.ServerUrlsKey, url)] });
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyLimit.Bytes;
        });
    }

    /// <summary>A wrong setting stops the program with a sentence, not with a stack trace. The exception itself goes its
    /// way, because a test host wants to see it.</summary>
    internal static void ExplainWrongSettings() =>
        AppDomain.CurrentDomain.UnhandledException += static (_, failure) =>
        {
            string? sentence = failure.ExceptionObject switch
            {
                OptionsValidationException wrong => string.Join(" ", wrong.Failures),
                IOException { InnerException: AddressInUseException } taken => taken.Message + " Name another one with --urls.",
                _ => null,
            };
            if (sentence is not null)
            {
                Console.Error.WriteLine("Khalti Checkout can't start: " + sentence);
                Environment.Exit(1);
            }
        };
}
