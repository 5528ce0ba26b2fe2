using Khalti.Packages.Tests.Support;
using Khalti.Sandbox;

namespace Khalti.Packages.Tests;

/// <summary><c>khalti-sandbox run -- …</c>: programs in several languages whose code says <c>https://khalti.com</c>.</summary>
public sealed class RunTests : IDisposable
{
    private const string Initiate = "https://khalti.com/api/v2/epayment/initiate/";

    private const string Order =
        """
        {"return_url": "https://shop.example/", "website_url": "https://shop.example/", "amount": 1300, "purchase_order_id": "order-1042",
         "purchase_order_name": "Two notebooks"}
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("khalti-run-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Curl_makes_a_link_at_khalti_com_over_TLS(bool proxy)
    {
        Runtime.Require("curl");

        Run run = await RunAsync(
            proxy, "curl", "--silent", "--show-error", "--fail", "-H", $"Authorization: Key {SandboxKeys.EPaymentSecretKey}",
            "-H", "Content-Type: application/json", "-d", Order, Initiate);

        run.ShouldSucceed().Output.ShouldContain("\"payment_url\":\"https://pay.khalti.com/?pidx=");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PHP_verifies_with_curl_as_Khaltis_page_does(bool proxy)
    {
        Runtime.Require("php");
        string script = Write("verify.php", $$"""
            <?php
            $request = curl_init();
            curl_setopt_array($request, [
                CURLOPT_URL => 'https://khalti.com/api/v2/payment/verify/',
                CURLOPT_POST => 1,
                CURLOPT_POSTFIELDS => http_build_query(['token' => '{{Token}}', 'amount' => 1000]),
                CURLOPT_RETURNTRANSFER => 1,
                CURLOPT_HTTPHEADER => ['Authorization: Key {{SandboxKeys.SecretKey}}'],
            ]);
            echo curl_exec($request), ' ', curl_getinfo($request, CURLINFO_HTTP_CODE), ' ', curl_error($request);
            """);

        (await RunAsync(proxy, "php", script)).ShouldSucceed().Output.ShouldBe(NoSuchToken + " 400 ");
    }

    [Fact]
    public async Task Ruby_verifies_with_Net_HTTP_as_Khaltis_page_does()
    {
        Runtime.Require("ruby");
        string script = Write("verify.rb", $$"""
            require 'uri'
            require 'net/http'
            address = URI.parse('https://khalti.com/api/v2/payment/verify/')
            khalti = Net::HTTP.new(address.host, address.port)
            khalti.use_ssl = true
            request = Net::HTTP::Post.new(address.request_uri, 'Authorization' => 'Key {{SandboxKeys.SecretKey}}')
            request.set_form_data('token' => '{{Token}}', 'amount' => 1000)
            answer = khalti.request(request)
            print answer.body, ' ', answer.code
            """);

        (await RunAsync(proxy: false, "ruby", script)).ShouldSucceed().Output.ShouldBe(NoSuchToken + " 400");
    }

    [Fact]
    public async Task Node_verifies_with_a_JSON_body_as_Khaltis_page_does()
    {
        Runtime.Require("node");
        string script = Write("verify.mjs", $$"""
            const answer = await fetch('https://khalti.com/api/v2/payment/verify/', {
              method: 'POST',
              headers: { Authorization: 'Key {{SandboxKeys.SecretKey}}', 'Content-Type': 'application/json' },
              body: JSON.stringify({ token: '{{Token}}', amount: 1000 }),
            });
            process.stdout.write(`${await answer.text()} ${answer.status}`);
            """);

        (await RunAsync(proxy: false, "node", script)).ShouldSucceed().Output.ShouldBe(NoSuchToken + " 400");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Node_verifies_with_axios_as_Khaltis_page_does(bool proxy)
    {
        string script = Write("verify.cjs", $$"""
            const axios = require('axios');
            axios.post('https://khalti.com/api/v2/payment/verify/', { token: '{{Token}}', amount: 1000 },
              { headers: { Authorization: 'Key {{SandboxKeys.SecretKey}}' } })
              .catch(error => process.stdout.write(`${JSON.stringify(error.response.data)} ${error.response.status}`));
            """);

        (await RunAsync(proxy, [.. await NodeWithPackagesAsync(), script])).ShouldSucceed().Output.ShouldBe(NoSuchToken + " 400");
    }

    [Fact]
    public async Task The_NestJS_client_of_npm_runs_unchanged()
    {
        string script = Write("nest.cjs", $$"""
            require('reflect-metadata');
            const { HttpService } = require('@nestjs/axios');
            const { KhaltiService } = require('@dallotech/nestjs-khalti');
            const control = async (call, body) => (await fetch(`${process.env.KHALTI_SANDBOX_URL}/_sandbox/${call}`, {
              method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
            })).json();
            (async () => {
              const key = 'Key {{SandboxKeys.BothProductsSecretKey}}';
              const khalti = new KhaltiService({ paymentMode: 'TEST', secretKey: key }, new HttpService());
              const made = await khalti.init({
                returnUrl: 'https://shop.example/return', websiteUrl: 'https://shop.example', amount: 1000,
                purchaseOrderId: 'order-1042', purchaseOrderName: 'Tea',
              });
              await control(`epayments/${made.data.pidx}/outcome`, { outcome: 'completed' });
              const found = await khalti.lookUp({ pidx: made.data.pidx });
              const payment = await control('payments',
                { amount: 1500, productIdentity: 'order-1043', publicKey: '{{SandboxKeys.BothProductsPublicKey}}' });
              const verified = await khalti.verify({ token: payment.token, amount: 1500 });
              console.log(made.status, new URL(made.data.payment_url).host, found.data.status, verified.data.state.name);
            })();
            """);

        (await RunAsync(proxy: false, [.. await NodeWithPackagesAsync(), script])).ShouldSucceed().Output.Trim()
            .ShouldBe("200 test-pay.khalti.com Completed Completed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Python_lists_banks_at_another_host_of_Khaltis(bool proxy)
    {
        Runtime.Require("python3");
        string script = Write("banks.py", """
            import json, urllib.request
            print(json.load(urllib.request.urlopen("https://dev.khalti.com/api/v5/bank/"))["total_records"])
            """);

        (await RunAsync(proxy, "python3", script)).ShouldSucceed().Output.Trim().ShouldBe("12");
    }

    [Fact]
    public async Task Khaltis_own_script_tag_gets_the_sandboxs_widget()
    {
        Runtime.Require("curl");
        const string Folder = "https://khalti.s3.ap-south-1.amazonaws.com/KPG/dist/2020.12.22.0.0.0";

        Run run = await RunAsync(
            proxy: false, "curl", "-sS", "--fail", $"{Folder}/khalti-checkout.iffe.js", $"{Folder}/payment_gateway_widget.html");

        run.ShouldSucceed().Output.ShouldContain("var KhaltiCheckout =");
        run.Output.ShouldContain("Khalti Sandbox — no real money");
    }

    [Fact]
    public async Task The_command_gets_its_arguments_user_and_exit_code_and_the_machine_stays_as_it_was()
    {
        string hosts = await File.ReadAllTextAsync("/etc/hosts", TestContext.Current.CancellationToken);
        string id = (await Run.ToEndAsync("id", ["-u"])).Output;

        Run run = await RunAsync(
            proxy: false, "sh", "-c",
            "id -u; echo \"$1\"; grep -c khalti.com /etc/hosts; curl -s $KHALTI_SANDBOX_URL/_sandbox/faults; exit 7",
            "sh", "a 'b' \"c\" $d");

        run.ExitCode.ShouldBe(7, run.Errors);
        run.Output.ShouldBe($"{id}a 'b' \"c\" $d\n7\n[]");
        (await File.ReadAllTextAsync("/etc/hosts", TestContext.Current.CancellationToken)).ShouldBe(hosts);
    }

    [Fact]
    public async Task A_user_who_may_listen_on_port_443_needs_no_other_right()
    {
        Runtime.Require("setpriv");
        await Runtime.RequireMountNamespaceAsync();
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can become another user.");
        (await Run.ToEndAsync("chmod", ["777", _folder.FullName])).ShouldSucceed();

        Run run = await Run.ToEndAsync("setpriv",
        [
            "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+net_bind_service", "--ambient-caps=+net_bind_service",
            "env", $"HOME={_folder.FullName}",
            "dotnet", SandboxProgram.Built, "run", "--certificate-folder", Path.Combine(_folder.FullName, "ca"), "--",
            "sh", "-c", "id -u; grep -c khalti.com /etc/hosts; curl -sS https://khalti.com/api/v5/bank/",
        ]);

        run.ShouldSucceed().Output.ShouldStartWith("65534\n7\n{\"total_pages\":1");
        run.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_command_that_is_missing_is_an_error_in_a_sentence()
    {
        Run run = await RunAsync(proxy: true, "no-such-command");

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldContain("no-such-command can't be run");
    }

    [Fact]
    public async Task Without_a_namespace_the_command_says_what_the_variables_cannot_do()
    {
        (await RunAsync(proxy: true, "true")).ShouldSucceed().Errors
            .ShouldContain("Programs that ignore this variable reach the real Khalti");
    }

    private const string Token = "QUao9cqFzxPgvWJNi9aKac";
    private const string NoSuchToken = """{"token":["Invalid token."],"error_key":"validation_error"}""";

    /// <summary>Node with the packages of <c>tests/npm-clients</c>.</summary>
    private static async Task<string[]> NodeWithPackagesAsync()
    {
        Runtime.Require("npm");
        Run tools = (await Run.ToEndAsync("bash", ["tests/npm-clients/tools"])).ShouldSucceed();
        return ["env", $"NODE_PATH={tools.Output.Trim()}/node_modules", "node"];
    }

    private string Write(string name, string text)
    {
        string file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }

    private async Task<Run> RunAsync(bool proxy, params string[] command)
    {
        if (!proxy)
        {
            await Runtime.RequireMountNamespaceAsync();
        }

        return await RunHereAsync(proxy, command);
    }

    private Task<Run> RunHereAsync(bool proxy, string[] command) => Run.ToEndAsync("dotnet",
    [
        SandboxProgram.Built, "run", "--certificate-folder", Path.Combine(_folder.FullName, "ca"),
        .. proxy ? ["--proxy"] : Array.Empty<string>(),
        "--", .. command,
    ]);
}
