using Khalti.Sandbox.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Khalti.Sandbox.Tests;

public sealed class HostTests
{
    [Theory]
    [InlineData("localhost:5081", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]:5081", 200)]
    [InlineData("192.168.1.20:5081", 200)]
    [InlineData("sandbox:5081", 200)]
    [InlineData("khalti.com", 200)]
    [InlineData("dev.khalti.com", 200)]
    [InlineData("khalti.s3.ap-south-1.amazonaws.com", 200)]
    [InlineData("pay.shop.example", 200)]
    [InlineData("host.docker.internal:5081", 200)]
    [InlineData("khalti.test", 200)]
    [InlineData("internal.example", 400)]
    [InlineData("rebound.example", 400)]
    [InlineData("khalti.com.rebound.example", 400)]
    public async Task A_host_name_of_DNS_rebinding_is_refused(string host, int status)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync(options => options.Hosts = ["*.shop.example"]);

        (await sandbox.SendAsync(HttpMethod.Get, "/khalti-checkout.js", null, null, ("Host", host))).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("http://127.0.0.1:0;http://*:0")]
    [InlineData("http://127.0.0.1:0;http://+:0")]
    public async Task A_wildcard_listen_address_allows_no_other_host(string url)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync(options => options.Url = url);

        (await sandbox.SendAsync(HttpMethod.Get, "/khalti-checkout.js", null, null, ("Host", "rebound.example"))).Status.ShouldBe(400);
        (await sandbox.SendAsync(HttpMethod.Get, "/khalti-checkout.js", null, null, ("Host", "192.168.1.20:5081"))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_restart_keeps_payments_attempts_and_locks()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenConfirmedAsync();
        for (int i = 0; i < 3; i++)
        {
            await sandbox.InitiateAsync("2222", "9800000002");
        }

        await sandbox.InitiateAsync("2222", "9800000003");
        await sandbox.RestartAsync();

        (await sandbox.VerifyAsync(token)).Status.ShouldBe(200);
        (await sandbox.InitiateAsync(mobile: "9800000002")).Json["error_key"]!.ToString().ShouldBe("third_party_transaction_locked");
        (await sandbox.InitiateAsync("2222", "9800000003")).Json["tries_remaining"]!.ToString().ShouldBe("1");
    }

    [Fact]
    public async Task A_database_from_before_ePayment_is_upgraded_without_loss()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync(options =>
        {
            string file = new SqliteConnectionStringBuilder(options.ConnectionString).DataSource;
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using SqliteConnection old = new($"Data Source={file};Pooling=False");
            old.Open();
            using SqliteCommand make = old.CreateCommand();
            make.CommandText = Ledger.SchemaVersions[0] + """
                INSERT INTO payment (idx, token, flow, merchant, mode, state, amount, fee, refunded_amount, mobile,
                    product_identity, product_name, extras, otp_failures, created_on)
                VALUES ('i', 't', 'Widget', $merchant, 'Test', 'Confirmed', 1500, 0, 0, '9800000001',
                    'p', 'n', '{}', 0, '2026-01-01T00:00:00.0000000Z');
                PRAGMA user_version = 1;
                """;
            make.Parameters.AddWithValue("$merchant", Merchants.Default.Idx);
            make.ExecuteNonQuery();
        });

        (await sandbox.VerifyAsync("t")).Status.ShouldBe(200);
        string pidx = await sandbox.GivenLinkAsync();
        await sandbox.RestartAsync();

        (await sandbox.StateAsync("t")).ShouldBe("Completed");
        (await sandbox.LookupAsync(pidx)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        using (SqliteConnection newer = new($"Data Source={sandbox.File};Pooling=False"))
        {
            await newer.OpenAsync(TestContext.Current.CancellationToken);
            using SqliteCommand mark = newer.CreateCommand();
            mark.CommandText = "PRAGMA user_version = 99";
            await mark.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        (await Should.ThrowAsync<InvalidOperationException>(sandbox.RestartAsync)).Message.ShouldContain("newer version");
    }

    [Fact]
    public async Task A_relative_file_starts_at_the_content_root()
    {
        DirectoryInfo root = Directory.CreateTempSubdirectory("khalti-sandbox-");
        SandboxOptions options = new() { Url = "http://127.0.0.1:0", ContentRoot = root.FullName };

        await using (await SandboxHost.StartAsync(options, TimeProvider.System, null, TestContext.Current.CancellationToken))
        {
            File.Exists(Path.Combine(root.FullName, "data", "sandbox.db")).ShouldBeTrue();
        }

        root.Delete(recursive: true);
    }

    [Theory]
    [InlineData("https://localhost:5081")]
    [InlineData("5081")]
    [InlineData("")]
    public async Task A_wrong_address_stops_the_start_with_a_sentence(string url)
    {
        SandboxOptions options = new() { Url = url, ConnectionString = "Data Source=:memory:" };

        InvalidOperationException refused = await Should.ThrowAsync<InvalidOperationException>(
            () => SandboxHost.StartAsync(options, TimeProvider.System, null, TestContext.Current.CancellationToken));

        refused.Message.ShouldStartWith("Sandbox:Url must be an http:// address");
    }

    [Fact]
    public async Task A_wrong_switch_stops_the_start_with_a_sentence()
    {
        SandboxOptions options = new() { Url = "http://127.0.0.1:0", ConnectionString = "Data Source=:memory:", MaxAmount = 1 };

        InvalidOperationException refused = await Should.ThrowAsync<InvalidOperationException>(
            () => SandboxHost.StartAsync(options, TimeProvider.System, null, TestContext.Current.CancellationToken));

        refused.Message.ShouldContain("MaxAmount");
    }

    [Theory]
    [InlineData("/khalti-checkout.js", "text/javascript")]
    [InlineData("/widget.html", "text/html")]
    [InlineData("/widget.js", "text/javascript")]
    [InlineData("/widget.css", "text/css")]
    [InlineData("/_sandbox/", "text/html")]
    [InlineData("/_sandbox/control.js", "text/javascript")]
    public async Task The_pages_are_served_from_the_program(string path, string contentType)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await sandbox.GetAsync(path);

        reply.Status.ShouldBe(200);
        reply.Message.Content.Headers.ContentType!.MediaType.ShouldBe(contentType);
        reply.Header("Content-Security-Policy").ShouldStartWith("default-src 'none'; script-src 'self'; style-src 'self'");
    }

    [Theory]
    [InlineData("khalti.s3.ap-south-1.amazonaws.com", "/KPG/dist/2020.12.22.0.0.0/khalti-checkout.iffe.js", "/khalti-checkout.js")]
    [InlineData("khalti.s3.ap-south-1.amazonaws.com", "/KPG/dist/2020.12.22.0.0.0/payment_gateway_widget.html", "/widget.html")]
    [InlineData("khalti.com", "/static/khalti-checkout.js", "/khalti-checkout.js")]
    public async Task The_widget_is_where_Khaltis_is(string host, string path, string own)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await sandbox.SendAsync(HttpMethod.Get, path, null, null, ("Host", host));

        reply.Status.ShouldBe(200);
        reply.Text.ShouldBe((await sandbox.GetAsync(own)).Text);
        reply.Header("Access-Control-Allow-Origin").ShouldBe("*");
    }

    [Fact]
    public async Task Any_page_may_frame_the_widget_and_its_scripts_are_not_inline()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await sandbox.GetAsync("/widget.html");

        reply.Header("X-Frame-Options").ShouldBe("");
        reply.Header("Content-Security-Policy").ShouldNotContain("frame-ancestors");
        foreach (string page in (string[])["/widget.html", "/_sandbox/", "/khalti-checkout.js"])
        {
            string text = (await sandbox.GetAsync(page)).Text;
            text.ShouldNotContain("style=");
            text.ShouldNotContain("<style");
            text.ShouldNotContain("onclick");
        }
    }
}
