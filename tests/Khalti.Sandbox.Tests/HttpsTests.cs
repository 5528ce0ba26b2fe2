using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class HttpsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("khalti-ca-");
    private readonly ManualTime _time = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("khalti.com", true)]
    [InlineData("dev.khalti.com", true)]
    [InlineData("khalti.s3.ap-south-1.amazonaws.com", true)]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("192.168.1.20", true)]
    [InlineData("shop.example", false)]
    public async Task The_sandbox_answers_by_https_as_Khaltis_hosts_and_no_others(string host, bool isTrusted)
    {
        await using RunningSandbox sandbox = await StartAsync();
        using HttpClient http = Client(sandbox, host);

        Task<HttpResponseMessage> call = http.GetAsync(new Uri($"https://{host}/api/v5/bank/"), TestContext.Current.CancellationToken);

        if (isTrusted)
        {
            using HttpResponseMessage answer = await call;
            answer.IsSuccessStatusCode.ShouldBeTrue();
        }
        else
        {
            await Should.ThrowAsync<HttpRequestException>(() => call);
        }
    }

    [Fact]
    public async Task A_link_made_by_https_has_its_page_by_https()
    {
        await using RunningSandbox sandbox = await StartAsync();
        using HttpClient http = Client(sandbox, "dev.khalti.com");
        http.DefaultRequestHeaders.Add("Authorization", $"Key {RunningSandbox.EPaymentKey}");

        using HttpResponseMessage made = await http.PostAsJsonAsync(new Uri("https://dev.khalti.com/api/v2/epayment/initiate/"), new
        {
            return_url = "https://shop.example/",
            website_url = "https://shop.example/",
            amount = 1300,
            purchase_order_id = "1",
            purchase_order_name = "a",
        }, TestContext.Current.CancellationToken);

        JsonNode link = (await made.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
        link["payment_url"]!.ToString().ShouldStartWith("https://test-pay.khalti.com/?pidx=");
    }

    [Fact]
    public void The_authority_is_made_once_and_its_key_is_the_users_alone()
    {
        CertificateAuthority first = CertificateAuthority.Open(_folder.FullName, _time);
        string certificate = File.ReadAllText(first.CertificateFile);

        CertificateAuthority.Open(_folder.FullName, _time).CertificateFile.ShouldBe(first.CertificateFile);

        File.ReadAllText(first.CertificateFile).ShouldBe(certificate);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Path.Combine(_folder.FullName, "ca.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void An_authority_that_is_about_to_expire_is_made_anew()
    {
        CertificateAuthority first = CertificateAuthority.Open(_folder.FullName, _time);
        string certificate = File.ReadAllText(first.CertificateFile);
        _time.Advance(TimeSpan.FromDays((365 * 10) - 30));

        CertificateAuthority.Open(_folder.FullName, _time);

        File.ReadAllText(first.CertificateFile).ShouldNotBe(certificate);
    }

    [Fact]
    public void A_certificate_for_another_site_is_worth_nothing()
    {
        CertificateAuthority authority = CertificateAuthority.Open(_folder.FullName, TimeProvider.System);
        using X509Certificate2 ours = authority.Issue([]);
        using X509Certificate2 foreign = authority.Issue(["bank.example"]);
        using X509Certificate2 root = X509CertificateLoader.LoadCertificateFromFile(authority.CertificateFile);

        IsValid(ours, root).ShouldBeTrue();
        IsValid(foreign, root).ShouldBeFalse();
    }

    [Fact]
    public async Task An_https_address_that_is_none_stops_the_start()
    {
        (await Should.ThrowAsync<InvalidOperationException>(
            () => RunningSandbox.StartAsync(options => options.HttpsUrl = "http://localhost:5443")))
            .Message.ShouldStartWith("Sandbox:HttpsUrl must be an https:// address");
    }

    private static bool IsValid(X509Certificate2 certificate, X509Certificate2 root)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    private Task<RunningSandbox> StartAsync() => RunningSandbox.StartAsync(options =>
    {
        options.HttpsUrl = "https://127.0.0.1:0";
        options.PublicUrl = null;
        options.Hosts = ["192.168.1.20"];
        options.CertificateFolder = _folder.FullName;
    });

    /// <summary>A client that trusts the authority alone and finds the sandbox under every name.</summary>
    private HttpClient Client(RunningSandbox sandbox, string host)
    {
        X509Certificate2 root = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_folder.FullName, "ca.pem"));
        Uri address = sandbox.HttpsAddress!;
        return new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                System.Net.Sockets.TcpClient client = new();
                await client.ConnectAsync(address.Host, address.Port, cancellation);
                return client.GetStream();
            },
            SslOptions = new System.Net.Security.SslClientAuthenticationOptions
            {
                TargetHost = host,
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { root },
                    RevocationMode = X509RevocationMode.NoCheck,
                    VerificationTime = sandbox.Time.GetUtcNow().UtcDateTime,
                    VerificationTimeIgnored = false,
                },
            },
        });
    }
}
