using Khalti.Client.Tests.Support;
using Khalti.Sandbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Khalti.Client.Tests;

public sealed class RegistrationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private const string WrongKey = "live_secret_key_00000000000000000000000000000000";

    [Fact]
    public async Task A_client_of_the_configuration_makes_a_link_and_looks_it_up()
    {
        await using KhaltiSandbox khalti = await StartAsync();
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Khalti:BaseUrl"] = khalti.Address.ToString(),
            ["Khalti:SecretKey"] = SandboxKeys.EPaymentSecretKey,
            ["Khalti:Timeout"] = "00:00:20",
        }).Build();
        ServiceCollection services = new();
        services.AddKhaltiClient(configuration.GetSection("Khalti"));
        await using ServiceProvider provider = services.BuildServiceProvider();

        KhaltiClient client = provider.GetRequiredService<KhaltiClient>();
        string pidx = (await client.InitiateAsync(EPaymentFixture.Request, Cancellation)).ShouldBeAnswered().Pidx;
        await khalti.Control.PayAsync(pidx, cancellationToken: Cancellation);

        (await client.LookupAsync(pidx, Cancellation)).ShouldBeAnswered().Status.ShouldBe(EPaymentStatus.Completed);
        provider.GetRequiredService<KhaltiClient>().ShouldBeSameAs(client);
    }

    [Fact]
    public async Task Clients_with_names_have_keys_of_their_own()
    {
        await using KhaltiSandbox khalti = await StartAsync();
        ServiceCollection services = new();
        services.AddKhaltiClient("widget", settings => (settings.BaseUrl, settings.SecretKey) = (khalti.Address, SandboxKeys.SecretKey));
        services.AddKhaltiClient(
            "epayment", settings => (settings.BaseUrl, settings.SecretKey) = (khalti.Address, SandboxKeys.EPaymentSecretKey));
        await using ServiceProvider provider = services.BuildServiceProvider();
        ConfirmedPayment paid = await khalti.Control.MakePaymentAsync(1500, "ord_1", cancellationToken: Cancellation);

        (await provider.GetRequiredKeyedService<KhaltiClient>("widget")
            .VerifyAsync(paid.Token, new Paisa(1500), Cancellation)).ShouldBeAnswered();
        (await provider.GetRequiredKeyedService<KhaltiClient>("epayment")
            .InitiateAsync(EPaymentFixture.Request, Cancellation)).ShouldBeAnswered();
    }

    [Theory]
    [InlineData(null, "key", "BaseUrl must be an origin")]
    [InlineData("https://khalti.com/api", "key", "BaseUrl must be an origin")]
    [InlineData("https://khalti.com", null, "SecretKey must be printable")]
    public async Task A_wrong_setting_stops_the_start_with_a_sentence_and_without_the_key(string? address, string? key, string says)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddKhaltiClient(settings =>
        {
            settings.BaseUrl = address is null ? null : new Uri(address);
            settings.SecretKey = key is null ? WrongKey + "\n" : WrongKey;
        });
        using IHost host = builder.Build();

        OptionsValidationException refused = await Should.ThrowAsync<OptionsValidationException>(
            () => host.StartAsync(Cancellation));

        refused.Message.ShouldContain(says);
        refused.Message.ShouldNotContain(WrongKey);
    }

    [Theory]
    [InlineData(KhaltiProduct.EPayment)]
    [InlineData(KhaltiProduct.Widget)]
    public async Task The_health_check_tells_a_refused_key_from_no_answer(KhaltiProduct product)
    {
        await using KhaltiSandbox khalti = await StartAsync();
        string key = product == KhaltiProduct.EPayment ? SandboxKeys.EPaymentSecretKey : SandboxKeys.SecretKey;

        (await CheckAsync(khalti.Address, key, product)).ShouldBe(HealthStatus.Healthy);
        (await CheckAsync(khalti.Address, WrongKey, product)).ShouldBe(HealthStatus.Unhealthy);
        await khalti.Control.AddFaultAsync(new SandboxFault("*", "error") { Status = 503 }, Cancellation);
        (await CheckAsync(khalti.Address, key, product)).ShouldBe(HealthStatus.Degraded);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_link_to_a_plain_http_page_elsewhere_is_taken_from_a_sandbox_only(bool allowed)
    {
        await using KhaltiSandbox khalti = await KhaltiSandbox.StartAsync(
            options => options.PublicUrl = "http://192.168.1.20:5081", cancellationToken: Cancellation);
        using HttpClient http = KhaltiClient.CreateHttpClient();
        KhaltiClient client = new(http, new KhaltiClientOptions
        {
            BaseUrl = khalti.Address,
            SecretKey = SandboxKeys.EPaymentSecretKey,
            PlainHttpLinks = allowed,
        });

        Reply<EPaymentLink> reply = await client.InitiateAsync(EPaymentFixture.Request, Cancellation);

        (reply is Reply<EPaymentLink>.Answered).ShouldBe(allowed);
    }

    private static Task<KhaltiSandbox> StartAsync() => KhaltiSandbox.StartAsync(cancellationToken: Cancellation);

    private static async Task<HealthStatus> CheckAsync(Uri address, string key, KhaltiProduct product)
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddKhaltiClient(settings =>
            (settings.BaseUrl, settings.SecretKey, settings.ReadRetries) = (address, key, 0));
        services.AddHealthChecks().AddKhalti(product);
        await using ServiceProvider provider = services.BuildServiceProvider();
        HealthReport report = await provider.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(Cancellation);
        return report.Status;
    }
}
