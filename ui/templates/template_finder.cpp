#include "ui/templates/template_finder.h"

#include <algorithm>
#include <utility>

namespace dank::ui {

namespace {

constexpr std::size_t kLeast = 2;

QString stageText(std::string_view stage)
{
    return stage == "hash"         ? TemplateFinder::tr("Looking at the files…")
           : stage == "signatures" ? TemplateFinder::tr("Describing the pictures…")
                                   : TemplateFinder::tr("Comparing the pictures…");
}

}  // namespace

TemplateFinder::TemplateFinder(Workplace &place, EngineDoor &engine, std::shared_ptr<const Dataset> dataset,
                               QObject *parent)
    : QObject(parent), m_place(place), m_engine(engine), m_dataset(std::move(dataset)),
      m_stage(tr("Waiting for the engine…")), m_mailbox([](const Mailbox::Item &runAll) { runAll(); })
{
    run({});
}

TemplateFinder::~TemplateFinder()
{
    m_task.reset();
    m_lane.end();
}

void TemplateFinder::name(std::size_t group, const QString &name)
{
    if (m_task || !m_found)
        return;
    // By the picture from the cluster's middle, to which all others are near.
    const TemplateGroup &named = m_found->groups[group];
    const PictureSignatures &pictures = *m_found->signatures;
    const std::size_t picture = m_found->clusters->middle[*pictures.pictureOf[named.members.front()]];
    run([text = name.trimmed().toStdString(),
         look = KnownTemplate::Look{pictures.hashes[picture], pictures.pictures[picture]},
         before = named.known](KnownTemplates &known) {
        const auto old =
            std::ranges::find(known.templates(), before ? before->name : std::string(), &KnownTemplate::name);
        KnownTemplate renamed;  // it keeps its looks
        if (old != known.templates().end() && before->distance == 0)
            renamed = *old;
        known.remove(renamed.name);
        known.add(text, look);
        for (const KnownTemplate::Look &other : renamed.looks)
            known.add(text, other);
    });
}

void TemplateFinder::run(std::function<void(KnownTemplates &)> rename)
{
    m_engine.open();
    m_error.clear();
    m_done = m_total = 0;
    const auto made = std::make_shared<std::shared_ptr<const FoundTemplates>>();
    m_task = std::make_unique<Task>(
        m_lane,
        [this, made, rename = std::move(rename), library = m_place.folder(), threads = m_engine.threads(),
         before = m_found](const CancelToken &cancel) {
            const JobContext context{cancel, [this](const Progress &progress) {
                                         m_mailbox.post([this, stage = stageText(progress.stage), done = progress.done,
                                                         total = progress.total] {
                                             m_stage = stage;
                                             m_done = done;
                                             m_total = total;
                                             emit changed();
                                         });
                                     }};
            const KnownTemplates known = rename ? KnownTemplates::change(library,
                                                                         [&](KnownTemplates &all) {
                                                                             rename(all);
                                                                             return true;
                                                                         })
                                                : KnownTemplates::load(library);
            const std::span<const MemeRecord> records = m_dataset->records();
            std::vector<std::int64_t> upvotes;
            for (const MemeRecord &record : records)
                upvotes.push_back(record.upvotes);
            auto result = std::make_shared<FoundTemplates>(before ? *before : FoundTemplates());
            if (!before) {
                std::vector<std::filesystem::path> files;
                for (const MemeRecord &record : records)
                    files.push_back(record.image);
                result->signatures = std::make_shared<const PictureSignatures>(
                    m_engine.wait(cancel)->pictures().signatures(files, library, context));
                result->clusters = std::make_shared<const TemplateClusters>(
                    findTemplates(result->signatures->pictures, threads, context));
            }
            result->groups = templateGroups({result->signatures->pictures, result->signatures->pictureOf, upvotes},
                                            *result->clusters, known, kLeast, context);
            *made = std::move(result);
        },
        [this, made](const TaskResult &result) {
            m_mailbox.post([this, made, result] {
                m_task.reset();
                if (*made)
                    m_found = *made;
                else
                    m_error = QString::fromStdString(result.text);
                emit changed();
            });
        });
    emit changed();
}

}  // namespace dank::ui
