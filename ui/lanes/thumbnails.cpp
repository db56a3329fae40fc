#include "ui/lanes/thumbnails.h"

#include <QGuiApplication>

#include <cmath>
#include <cstring>
#include <deque>
#include <mutex>
#include <utility>

namespace dank::ui {

/// The requests, newest last. Guarded by its mutex: the GUI thread adds, the lane takes.
struct Thumbnails::Wanted {
    std::mutex mutex;
    std::deque<QString> keys;
};

double devicePixelRatio()
{
    const auto *application = qobject_cast<const QGuiApplication *>(QCoreApplication::instance());
    return application ? application->devicePixelRatio() : 1.0;
}

QImage toQImage(const Image &image, double ratio)
{
    if (image.empty() || image.width <= 0 || image.height <= 0)
        return {};
    const std::size_t row = static_cast<std::size_t>(image.width) * 3;
    if (image.rgb.size() != row * static_cast<std::size_t>(image.height))
        return {};
    QImage result(image.width, image.height, QImage::Format_RGB888);
    for (int y = 0; y < image.height && !result.isNull(); ++y)
        std::memcpy(result.scanLine(y), image.rgb.data() + row * static_cast<std::size_t>(y), row);
    result.setDevicePixelRatio(ratio);
    return result;
}

Thumbnails::Thumbnails(Workplace &place, const EngineDoor &engine)
    : m_place(place), m_engine(engine), m_cache(kCacheBytes), m_wanted(std::make_shared<Wanted>())
{
    m_place.react([this](const ChangeEvent &change) {
        if (change == Change::Engine && m_engine.info())
            start();
    });
}

Thumbnails::Stamp Thumbnails::stampOf(const QString &key)
{
    std::error_code ignored;
    const auto path = toPath(key);
    return {std::filesystem::file_size(path, ignored), std::filesystem::last_write_time(path, ignored)};
}

QImage Thumbnails::get(const std::filesystem::path &image)
{
    const QString key = toQString(image);
    if (const QImage *known = m_cache.object(key))
        return *known;
    const auto refused = m_refused.constFind(key);
    if (!m_pending.contains(key) && (refused == m_refused.cend() || *refused != stampOf(key)))
        request(key);
    return {};
}

/// The engine is open: serves what waits.
void Thumbnails::start()
{
    if (!std::exchange(m_started, true))
        for (qsizetype waiting = m_pending.size(); waiting > 0; --waiting)
            serveOne();
}

void Thumbnails::request(const QString &key)
{
    m_pending.insert(key);
    {
        std::lock_guard lock(m_wanted->mutex);
        m_wanted->keys.push_back(key);
        if (m_wanted->keys.size() > kMaxWaiting) {
            m_pending.remove(m_wanted->keys.front());
            m_wanted->keys.pop_front();
        }
    }
    if (m_started)
        serveOne();
}

void Thumbnails::serveOne()
{
    // The lane's entry takes whatever is newest by then, not this very key.
    m_place.interactive().postLow([this, wanted = m_wanted, ratio = devicePixelRatio()] {
        QString newest;
        {
            std::lock_guard lock(wanted->mutex);
            if (wanted->keys.empty())
                return;
            newest = wanted->keys.back();
            wanted->keys.pop_back();
        }
        const Stamp stamp = stampOf(newest);
        QImage picture;
        const TaskResult result = runGuarded([&] {
            std::string problem;
            const int side = static_cast<int>(std::lround(kSide * ratio));
            picture = toQImage(m_engine.get()->pictures().thumbnail(toPath(newest), side, problem), ratio);
        });
        m_place.mailbox().post([this, newest, stamp, picture, result] {
            m_pending.remove(newest);
            if (!picture.isNull()) {
                m_refused.remove(newest);
                m_cache.insert(newest, new QImage(picture), static_cast<int>(picture.sizeInBytes()));
                emit ready(newest);
            } else if (result.outcome == TaskResult::Outcome::Finished) {
                m_refused.insert(newest, stamp);
            }
        });
    });
}

}  // namespace dank::ui
