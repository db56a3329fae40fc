#include "ui/session/explanations.h"

#include <span>
#include <utility>

#include "core/base/file.h"
#include "core/dataset/image_probe.h"
#include "core/engine/open_rating.h"

namespace dank::ui {

/// The model that the lane has open.
struct Explanations::OpenSession {
    std::shared_ptr<const Model> model;
    std::shared_ptr<RatingSession> session;

    const RatingSession &of(Engine &engine, const std::shared_ptr<const Model> &wanted, const BackboneRequest &chosen,
                            const std::filesystem::path &library)
    {
        if (model == wanted)
            return *session;
        model.reset();
        session = openRating(engine.rater(), wanted, chosen, library);
        model = wanted;
        return *session;
    }
};

Explanations::Explanations(Workplace &place, EngineDoor &engine, const FeatureJobs &features)
    : m_place(place), m_engine(engine), m_features(features), m_open(std::make_shared<OpenSession>())
{
}

void Explanations::explain(const ExplainOrder &order, ExplainMethod method)
{
    cancel();
    m_engine.open();
    const std::uint64_t number = ++m_number;
    m_job = {};
    m_job.state = SideJob::State::Running;
    m_job.method = method;
    const auto show = [this, number](const Explanation &map) {
        auto copy = std::make_shared<const Explanation>(map);
        m_place.mailbox().post([this, number, copy] { came(number, copy); });
    };
    const auto told = [this, number](const Progress &progress) {
        m_place.mailbox().post([this, number, done = progress.done, total = progress.total] {
            if (number != m_number)
                return;
            m_job.done = done;
            m_job.total = total;
            m_place.notify(Change::Explanation);
        });
    };
    m_tasks.push_back(std::make_unique<Task>(
        m_lane,
        [this, order, method, show, told, open = m_open, asked = m_features.request(),
         folder = m_place.folder()](const CancelToken &cancel) {
            const auto engine = m_engine.wait(cancel);
            const RatingSession &session = open->of(*engine, order.model, asked, folder);
            std::vector<std::byte> file;
            std::span<const std::byte> bytes =
                std::as_bytes(std::span(order.encoded.constData(), std::size_t(order.encoded.size())));
            if (bytes.empty()) {
                file = readFile(order.picture, kMaxImageBytes);
                bytes = file;
            }
            const JobContext job{cancel, told};
            const std::string caption = order.caption.toStdString();
            if (method == ExplainMethod::Occlusion) {
                try {
                    show(session.explain(bytes, {ExplainMethod::GradCam, caption, true}, {}, {cancel, {}}));
                } catch (const Error &error) {
                    if (error.kind() != ErrorKind::Mismatch)
                        throw;  // else the network has none
                }
            }
            show(session.explain(bytes, {method, caption}, show, job));
        },
        [this, number](const TaskResult &result) {
            m_place.mailbox().post([this, number, result] { ended(number, result); });
        }));
    m_place.notify(Change::Explanation);
}

void Explanations::came(std::uint64_t number, std::shared_ptr<const Explanation> map)
{
    if (number != m_number)
        return;
    m_job.map = std::move(map);
    m_place.notify(Change::Explanation);
}

void Explanations::ended(std::uint64_t number, const TaskResult &result)
{
    if (number != m_number)
        return;
    m_tasks.clear();  // the earlier ones have ended before it
    m_job.end(result);
    m_place.notify(Change::Explanation);
}

void Explanations::cancel()
{
    if (!m_job.isBusy())
        return;
    m_tasks.back()->cancel();
    m_job.state = SideJob::State::Stopping;
    m_place.notify(Change::Explanation);
}

void Explanations::save(std::shared_ptr<const Explanation> map, const std::filesystem::path &file)
{
    m_place.quietly([this, map = std::move(map),
                     file](const CancelToken &cancel) { m_engine.wait(cancel)->pictures().writeMap(*map, file); },
                    [this](const TaskResult &result) {
                        if (result.outcome == TaskResult::Outcome::Failed)
                            m_place.say(Message::Severity::Error, QString::fromStdString(result.text));
                    });
}

void Explanations::end()
{
    for (const auto &task : m_tasks)
        task->cancel();
}

}  // namespace dank::ui
